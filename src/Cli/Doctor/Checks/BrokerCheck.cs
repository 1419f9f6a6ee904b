using Coffer.Attestation;
using Coffer.Attestation.Protocol.Client;
using Coffer.Attestation.Tpm.Enrolment;
using Coffer.KeyProvider.Configuration;
using Coffer.KeyProvider.Sources.Broker;
using Coffer.Oci;

namespace Coffer.Cli.Doctor.Checks;

/// <summary>The key brokers that the key provider asks: whether they answer, under the authority that is pinned, and whether this machine is enrolled.</summary>
internal sealed class BrokerCheck : ICheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public string Name => "broker";

    public async Task<IReadOnlyList<Finding>> RunAsync(Installation installation, CancellationToken cancellationToken)
    {
        var brokers = Brokers(installation);
        if (brokers.Count == 0) return [Finding.Ok("no key source is a broker")];
        var findings = new List<Finding>();
        foreach (var broker in brokers)
        {
            findings.Add(await AskAsync(installation, broker, cancellationToken).ConfigureAwait(false));
            if (broker.Attester is { Tee: not "sample" } attester) findings.Add(Enrolment(installation, attester));
        }
        return findings;
    }

    // What is wrong with the configuration itself, another check says.
    private static IReadOnlyList<BrokerSettings> Brokers(Installation installation)
    {
        try
        {
            return installation.HasFile(KeyProviderSettings.DefaultPath)
                ? [.. ConfigReader.Load(installation.At(KeyProviderSettings.DefaultPath), new ConfigFlags(), SettingsScope.Daemon).Sources.OfType<BrokerSettings>()]
                : [];
        }
        catch (CofferException)
        {
            return [];
        }
    }

    private static async Task<Finding> AskAsync(Installation installation, BrokerSettings broker, CancellationToken cancellationToken)
    {
        var shown = $"broker {Printable.Of(broker.Url.GetLeftPart(UriPartial.Authority))}";
        try
        {
            var options = new BrokerHttpOptions(broker.Url) { CaFile = broker.CaFile is { } ca ? installation.At(ca) : null, InsecureHttp = broker.InsecureHttp, Timeout = Patience };
            using var http = new BrokerHttp(options, installation.Time);
            var answer = await http.SendAsync(new BrokerRequest(HttpMethod.Get, "healthz", 4096), cancellationToken).ConfigureAwait(false);
            return answer.Succeeded ? Finding.Ok($"{shown} answers") : Finding.Fail($"{shown} answers {answer.Status} when asked for its health", "see its log; is that a broker of coffer?");
        }
        catch (AttestationException e)
        {
            return Finding.Fail($"{shown}: {e.Message}", e.Hint ?? "is it running, and reachable from here?");
        }
    }

    private static Finding Enrolment(Installation installation, AttesterSettings attester)
    {
        var file = Path.Combine(attester.StateDirectory, EnrolledHost.FileName);
        return installation.HasFile(file)
            ? Finding.Ok($"this machine is enrolled: {Printable.Of(file)}")
            : Finding.Fail($"this machine is not enrolled, or not with the state folder {Printable.Of(attester.StateDirectory)}", "coffer attest enroll makes it known to the broker");
    }
}
