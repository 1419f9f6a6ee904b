using System.CommandLine;
using Coffer.Cli.CommandLine;
using Coffer.KeyProvider.Configuration;
using Coffer.KeyProvider.Exec;
using Coffer.KeyProvider.Memory;

namespace Coffer.Cli.Commands.Keyprovider;

/// <summary><c>coffer keyprovider exec</c>.</summary>
internal sealed class ExecCommand : Verb
{
    private readonly SettingsFlags _settings;

    public ExecCommand(Session session)
        : base(
            "exec", "Answer one request of ocicrypt's key provider protocol: read from standard input, answered on standard output.",
            "coffer keyprovider exec --local-keys keys < request.json")
    {
        Note = """
            Runtimes run this for every layer, as the configuration says that keyprovider config --cmd prints.
            Standard output carries the answer and nothing else; errors go to standard error.
            """;
        HearsSignals = false;
        _settings = new SettingsFlags(this, SettingsScope.Command);
        SetAction((parsed, _) => RunAsync(parsed, session));
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session)
    {
        ProcessHardening.Apply();
        var settings = _settings.Load(parsed);
        if (session.InputIsTerminal) throw KeyProviderExec.AtATerminal();
        using var input = session.OpenInput();
        using var output = session.OpenOutput();
        await KeyProviderExec.RunAsync(settings, input, output, session.Time, CancellationToken.None).ConfigureAwait(false);
        return 0;
    }
}
