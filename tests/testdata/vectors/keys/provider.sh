# The key provider of the golden vectors (run by sh, one question on stdin, one answer on stdout). It wraps a layer key by
# turning the letters of its base64 by thirteen, but for the last four, which may be padded: fit for throw-away keys alone.
input=$(cat)
turn() {
    text=$(printf %s "$input" | sed "s/.*\"$1\":\"\([^\"]*\)\".*/\1/")
    head=${text%????}
    printf %s%s "$(printf %s "$head" | tr 'A-Za-z' 'N-ZA-Mn-za-m')" "${text#"$head"}"
}
case $input in
'{"op":"keywrap"'*) printf '{"keywrapresults":{"annotation":"%s"},"keyunwrapresults":{"optsdata":null}}' "$(turn optsdata)" ;;
*) printf '{"keywrapresults":{"annotation":null},"keyunwrapresults":{"optsdata":"%s"}}' "$(turn annotation)" ;;
esac
