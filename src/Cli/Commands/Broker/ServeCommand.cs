using System.CommandLine;
using Coffer.Cli.CommandLine;
using Coffer.Cli.Output;
using Coffer.KeyBroker;
using Coffer.KeyBroker.Hosting;
using Coffer.KeyProvider.Memory;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Broker;

/// <summary><c>coffer broker serve</c>.</summary>
internal sealed class ServeCommand : Verb
{
    private readonly DataFlags _flags;
    private readonly Option<string[]> _listen = new("--listen") { Description = $"address to listen on; can be given several times (default {BrokerSettings.UsualListen})", HelpName = "ADDRESS:PORT" };
    private readonly Option<string[]> _names = new("--tls-name") { Description = "further DNS name or address that the server certificate is for; can be given several times", HelpName = "NAME" };
    private readonly Option<string?> _certificate = new("--tls-cert") { Description = "certificate and intermediates to show, PEM, instead of one of the broker's own CA", HelpName = "FILE" };
    private readonly Option<string?> _key = new("--tls-key") { Description = "its private key, PEM", HelpName = "FILE" };
    private readonly Option<int> _checkpoints = new("--checkpoint-minutes") { Description = "how often the broker signs where its audit ends: 1 to 10080 (default 60)", HelpName = "N", DefaultValueFactory = _ => 60 };
    private readonly Option<string?> _access = new("--access") { Description = "file that says who is let in by client certificate or by an issuer's JWT; read anew on SIGHUP", HelpName = "FILE" };
    private readonly RuleFlags _rules;
    private readonly SeenFlags _seen;
    private readonly Option<bool> _plain = new("--insecure-http") { Description = "no TLS: whoever sees the traffic has the tokens and what is stored" };

    public ServeCommand(Session session)
        : base(
            "serve", "Run the broker until told to stop; prints 'ready' once it accepts requests, and makes first what init would.",
            "coffer broker serve --data broker-data --listen 127.0.0.1:8080",
            "coffer broker serve --data /var/lib/coffer-broker --listen 0.0.0.0:443 --tls-name broker.example",
            "coffer broker serve --data /var/lib/coffer-broker --listen 0.0.0.0:443 --metrics 127.0.0.1:9465 --log-format json")
    {
        Note = "The addresses, with the port where 0 was asked for, are printed to standard error, and so is the log. SIGHUP reads --tls-cert and --tls-key again.";
        _flags = new DataFlags(this);
        foreach (var option in (Option[])[_listen, _names, _certificate, _key, _access, _checkpoints, _plain]) Add(option);
        _rules = new RuleFlags(this);
        _seen = new SeenFlags(this);
        SetAction((parsed, cancellationToken) => RunAsync(parsed, session, cancellationToken));
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        ProcessHardening.Apply();
        var settings = _seen.Read(_flags.Read(parsed), parsed) with
        {
            Listen = parsed.GetValue(_listen) is { Length: > 0 } listen ? listen : [BrokerSettings.UsualListen],
            TlsNames = parsed.GetValue(_names) ?? [],
            TlsCertificateFile = parsed.GetValue(_certificate),
            TlsKeyFile = parsed.GetValue(_key),
            AccessFile = parsed.GetValue(_access),
            InsecureHttp = parsed.GetValue(_plain),
            CheckpointInterval = parsed.GetValue(_checkpoints) is >= 1 and <= 10_080 and var minutes
                ? TimeSpan.FromMinutes(minutes)
                : throw new CofferException("--checkpoint-minutes is a number from 1 to 10080", ExitStatus.Usage),
            Rules = _rules.Read(parsed),
        };
        using var errors = new WriterStream(session.Error);
        await BrokerRun.ServeAsync(
            settings, session.Time, errors,
            addresses =>
            {
                if (!settings.Log.Json) Say(session.Error, $"coffer: broker: serving on {string.Join(", ", addresses)}");
                Say(session.Output, "ready");
            },
            cancellationToken).ConfigureAwait(false);
        return (int)ExitStatus.Done;
    }

    // Whoever started the broker may have stopped listening; that is no reason not to serve. Requests speak at the same time.
    private static void Say(TextWriter writer, string line)
    {
        lock (writer)
        {
            try
            {
                writer.WriteLine(line);
            }
            catch (IOException)
            {
            }
        }
    }
}
