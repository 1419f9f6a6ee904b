using System.CommandLine;
using Coffer.Cli.CommandLine;
using Coffer.Cli.Output;
using Coffer.KeyBroker.Hosting;
using Coffer.KeyProvider.Memory;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker root-key status</c>.</summary>
internal sealed class RootKeyStatusCommand : Verb
{
    private readonly Option<string> _place = RootKeyFlags.Place("where the root key is");
    private readonly Option<bool> _json = new("--json") { Description = "print it as one JSON document" };

    public RootKeyStatusCommand(Session session)
        : base(
            "status", "Say what stands in a root key's place and whether it opens now; exit status 6 where it does not.",
            "coffer broker root-key status --root-key /etc/coffer/root-key",
            "coffer broker root-key status --root-key tpm:/etc/coffer/root-key.tpm --json")
    {
        Add(_place);
        Add(_json);
        SetAction(async (parsed, cancellationToken) =>
        {
            ProcessHardening.Apply();
            var facts = await RootKeyRun.StatusAsync(parsed.GetRequiredValue(_place), session.Time, cancellationToken).ConfigureAwait(false);
            if (parsed.GetValue(_json)) Write(session, facts);
            else Show(session.Output, facts);
            return (int)(facts.Problem is null ? ExitStatus.Done : ExitStatus.Unreachable);
        });
    }

    private static void Write(Session session, RootKeyFacts facts) => JsonOutput.Write(session.Output, json =>
    {
        json.WriteString("place", facts.Place);
        json.WriteString("kind", facts.Kind);
        json.WriteString("keyId", facts.KeyId);
        json.WriteString("recoveryKey", facts.RecoveryKey);
        json.WriteString("detail", facts.Detail);
        json.WriteBoolean("opens", facts.Problem is null);
        json.WriteString("problem", facts.Problem);
    });

    private static void Show(TextWriter output, RootKeyFacts facts)
    {
        output.WriteLine($"place:        {facts.Place}");
        output.WriteLine($"key:          {facts.KeyId ?? "unknown"}");
        if (facts.Detail is { } detail) output.WriteLine($"sealed to:    {Printable.Of(detail)}");
        if (facts.RecoveryKey is { } recovery) output.WriteLine($"recovery key: {Printable.Of(recovery)}");
        output.WriteLine(facts.Problem is { } problem ? $"does not open: {problem}" : "opens:        yes");
    }
}
