# Completes command lines of protobench in bash. In ~/.bashrc: source <(protobench completion bash)
_protobench() {
    local line=${COMP_LINE:0:COMP_POINT} current head word about
    local -a words
    read -ra words <<< "$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    current=${words[${#words[@]}-1]}
    head=${current%"${current##*[=:@]}"} # bash replaces what stands after these alone
    COMPREPLY=()
    while IFS=$'\t' read -r word about; do
        COMPREPLY+=("${word#"$head"}")
    done < <("${words[0]}" __complete "${words[@]:1}" 2>/dev/null)
}
complete -o default -F _protobench protobench
