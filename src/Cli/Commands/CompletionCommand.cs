using System.CommandLine;
using Coffer.Cli.CommandLine;
using Coffer.Oci;

namespace Coffer.Cli.Commands;

/// <summary><c>coffer completion SHELL</c>.</summary>
internal sealed class CompletionCommand : Verb
{
    private readonly Argument<string> _shell = new("SHELL") { Description = "bash, zsh or fish" };

    public CompletionCommand(Session session)
        : base(
            "completion", "Print a script that completes verbs, flags and file names in a shell.",
            "source <(coffer completion bash)",
            "coffer completion zsh > \"${fpath[1]}/_coffer\"",
            "coffer completion fish > ~/.config/fish/completions/coffer.fish")
    {
        _shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        Add(_shell);
        SetAction(parsed =>
        {
            session.Output.Write(parsed.GetRequiredValue(_shell) switch
            {
                "bash" => Bash,
                "zsh" => Zsh,
                _ => Fish,
            });
            session.Output.Flush();
            return (int)ExitStatus.Done;
        });
    }

    // Flags are offered only behind a dash: where none fits, the shell falls back to file names. Bash ends words at
    // colons, so that the files behind oci: and jwe: complete as well.
    private const string Bash = """
        # coffer completion for bash
        _coffer() {
            local word=${COMP_WORDS[COMP_CWORD]} line
            COMPREPLY=()
            while IFS= read -r line; do
                [[ $line == "$word"* && ( $word == -* || $line != -* ) ]] && COMPREPLY+=("$line")
            done < <("${COMP_WORDS[0]}" "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)
        }
        complete -o default -F _coffer coffer

        """;

    private const string Zsh = """
        #compdef coffer
        # coffer completion for zsh
        _coffer() {
            local line="${(j: :)words[1,CURRENT]}" word="${words[CURRENT]}"
            local -a found
            found=(${(f)"$("${words[1]}" "[suggest:${#line}]" "$line" 2>/dev/null)"})
            [[ $word == -* ]] || found=(${found:#-*})
            found=(${(M)found:#${(b)word}*})
            if (( $#found )); then
                compadd -- $found
            else
                compset -P '*[:=]'
                _files
            fi
        }
        if [[ $funcstack[1] == _coffer ]]; then _coffer "$@"; else compdef _coffer coffer; fi

        """;

    private const string Fish = """
        # coffer completion for fish
        function __coffer_complete
            set -l line (commandline -cp)
            set -l word (commandline -ct)
            for found in (coffer "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null)
                string match -q -- '-*' "$word"; or not string match -q -- '-*' "$found"; or continue
                string match -- "$word*" "$found"
            end
            # Files behind a transport or scheme, such as oci: and jwe:, which fish takes for one word.
            if set -l parts (string match -r -- '^([^-].*?:)(.*)$' "$word")
                for file in (__fish_complete_path "$parts[3]")
                    echo "$parts[2]$file"
                end
            end
        end
        complete -c coffer -a '(__coffer_complete)'

        """;
}
