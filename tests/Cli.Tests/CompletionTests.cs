using Coffer.Support;

namespace Coffer.Cli.Tests;

/// <summary>The completion scripts in the shells that they are for, asking the published executable.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public CompletionTests()
    {
        _folder.Write("pub.pem", "");
        _folder.Write("image/oci-layout", "");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("coffer dec", "decrypt")]
    [InlineData("coffer encrypt --encrypt", "--encrypt-layer")]
    [InlineData("coffer completion z", "zsh")]
    public async Task Bash_completes_verbs_and_flags(string line, string expected)
    {
        var words = string.Join(' ', line.Split(' ').Select(w => $"'{w}'"));
        var found = await InAsync("bash", $"COMP_LINE='{line}' COMP_POINT={line.Length} COMP_WORDS=({words}) COMP_CWORD={line.Split(' ').Length - 1}; _coffer; printf '%s\\n' \"${{COMPREPLY[@]}}\"");
        Assert.Contains(expected, found.Split('\n'));
    }

    [Fact]
    public async Task Bash_leaves_file_names_to_the_shell()
    {
        var found = await InAsync("bash", "COMP_LINE='coffer encrypt pu' COMP_POINT=17 COMP_WORDS=('coffer' 'encrypt' 'pu') COMP_CWORD=2; _coffer; printf '<%s>' \"${COMPREPLY[@]}\"; complete -p coffer");
        Assert.Contains("<>", found, StringComparison.Ordinal);
        Assert.Contains("-o default", found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("coffer dec", "decrypt")]
    [InlineData("coffer encrypt --encrypt", "--encrypt-layer")]
    [InlineData("coffer completion z", "zsh")]
    [InlineData("coffer encrypt -e jwe:pu", "jwe:pub.pem")]
    [InlineData("coffer inspect oci:im", "oci:image/")]
    public async Task Fish_completes_verbs_flags_and_files(string line, string expected)
    {
        var found = await InAsync("fish", $"complete -C '{line}'");
        Assert.Contains(expected, found.Split('\n').Select(l => l.Split('\t')[0]));
    }

    [Theory]
    [InlineData("coffer dec", "coffer decrypt ")]
    [InlineData("coffer encrypt --encrypt-l", "coffer encrypt --encrypt-layer ")]
    [InlineData("coffer completion z", "coffer completion zsh ")]
    [InlineData("coffer encrypt pu", "coffer encrypt pub.pem ")]
    [InlineData("coffer encrypt -e jwe:pu", "coffer encrypt -e jwe:pub.pem ")]
    public async Task Zsh_completes_verbs_flags_and_files(string line, string expected)
    {
        // A real line editor behind a pseudo-terminal: the tab is typed, and the editor says what its line has become.
        var script = $$"""
            zmodload zsh/zpty
            zpty shell zsh -f -i
            zpty -w shell 'PS1= PS2=; stty -echo; cd {{_folder.Path}}; autoload -Uz compinit; compinit -u -D; source <(coffer completion zsh)'
            zpty -w shell 'show() { print -r -- "LINE<$BUFFER>" }; zle -N show; bindkey "^X" show; print -r -- "REA""DY"'
            zpty -r -m shell seen '*READY*'
            zpty -w -n shell $'{{line}}\t\C-x'
            zpty -r -m shell seen '*LINE<*>*'
            print -r -- "$seen"
            zpty -d shell
            """;
        var found = await RunAsync("zsh", ["-f", "-c", script]);
        Assert.Contains($"LINE<{expected}>", found, StringComparison.Ordinal);
    }

    private async Task<string> InAsync(string shell, string script)
    {
        var source = shell == "fish" ? "coffer completion fish | source" : $"source <(coffer completion {shell})";
        return await RunAsync(shell, [.. shell == "fish" ? (string[])["--no-config"] : ["--norc"], "-c", $"{source}; {script}"]);
    }

    private async Task<string> RunAsync(string shell, string[] arguments)
    {
        var options = new ToolOptions
        {
            WorkingDirectory = _folder.Path,
            Timeout = TimeSpan.FromSeconds(60),
            Environment = new Dictionary<string, string?>
            {
                ["PATH"] = Path.GetDirectoryName(CofferBinary.Require()) + ":" + Environment.GetEnvironmentVariable("PATH"),
                ["HOME"] = _folder.Path,
                ["TERM"] = "xterm",
            },
        };
        return (await Tool.RunAsync(Peers.Require(shell), arguments, options)).Output;
    }
}
