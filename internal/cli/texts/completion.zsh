#compdef protobench
# Completes command lines of protobench in zsh. In ~/.zshrc, after compinit: source <(protobench completion zsh)
_protobench() {
    local line word
    local -a found
    for line in "${(@f)$("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
        word=${line%%$'\t'*}
        [[ -n $word ]] && found+=("${word//:/\\:}:${line#*$'\t'}")
    done
    if (( $#found )); then
        _describe protobench found
    else
        _files
    fi
}
compdef _protobench protobench
