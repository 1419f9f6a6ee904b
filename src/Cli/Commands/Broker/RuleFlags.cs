using System.CommandLine;
using Coffer.Attestation.Protocol;
using Coffer.KeyBroker;
using Coffer.KeyBroker.Access;
using Coffer.KeyBroker.Limits;
using Coffer.Oci;

namespace Coffer.Cli.Commands.Broker;

/// <summary>The flags that say what is asked of machines that attest.</summary>
internal sealed class RuleFlags
{
    private const int MostSessions = 1_000_000;

    private readonly Option<string?> _lifetime = new("--attestation-ttl") { Description = "how long an attestation token lives, 1m to 1h (default 5m)", HelpName = "TIME" };
    private readonly Option<string[]> _versions = new("--kbs-version") { Description = "older version of the KBS protocol to speak as well (0.1.0, 0.1.1, 0.2.0); can be given several times", HelpName = "VERSION" };
    private readonly Option<string[]> _limits = new("--limit") { Description = "how often may be asked: auth, enroll or refused by address, admin by credential, host by machine; off for no limit; can be given several times", HelpName = "NAME=RATE/s[:BURST]" };
    private readonly Option<int?> _ofSource = new("--max-sessions-per-source") { Description = "how many sessions one address may hold open (default 50000)", HelpName = "N" };
    private readonly Option<int?> _ofHost = new("--max-sessions-per-host") { Description = "how many sessions one machine may hold open that has attested (default 10000)", HelpName = "N" };
    private readonly Option<bool> _rsa15 = new("--insecure-allow-rsa15") { Description = "let guests of the oldest versions have secrets sealed with PKCS #1 v1.5" };
    private readonly Option<bool> _sample = new("--insecure-allow-sample-evidence") { Description = "take evidence of the sample TEE, which anybody can make" };
    private readonly Option<bool> _unenrolled = new("--insecure-allow-unenrolled-ak") { Description = "leave TPMs that never enrolled to policies, for plain Confidential Containers guests" };

    public RuleFlags(Command command)
    {
        foreach (var option in (Option[])[_lifetime, _versions, _limits, _ofSource, _ofHost, _rsa15, _sample, _unenrolled]) command.Add(option);
    }

    /// <exception cref="CofferException">Wrong usage.</exception>
    public BrokerRules Read(ParseResult parsed)
    {
        var usual = new BrokerRules();
        var rules = usual with
        {
            OlderVersions = [.. (parsed.GetValue(_versions) ?? []).Select(Version)],
            Limits = new RateRules().With(parsed.GetValue(_limits) ?? []),
            MostSessionsOfSource = Most(parsed, _ofSource, usual.MostSessionsOfSource),
            MostSessionsOfHost = Most(parsed, _ofHost, usual.MostSessionsOfHost),
            InsecureAllowRsa15 = parsed.GetValue(_rsa15),
            InsecureAllowSampleEvidence = parsed.GetValue(_sample),
            InsecureAllowUnenrolledAk = parsed.GetValue(_unenrolled),
        };
        if (parsed.GetValue(_lifetime) is not { } text) return rules;
        var lifetime = Lifetime.Parse(text, _lifetime.Name);
        if (lifetime < TimeSpan.FromMinutes(1) || lifetime > TimeSpan.FromHours(1)) throw new CofferException($"{_lifetime.Name} {Printable.Of(text)} is not between 1m and 1h", ExitStatus.Usage);
        return rules with { TokenLifetime = lifetime };
    }

    private static int Most(ParseResult parsed, Option<int?> flag, int usual) => parsed.GetValue(flag) switch
    {
        null => usual,
        >= 1 and <= MostSessions and var most => most,
        _ => throw new CofferException($"{flag.Name} is a number from 1 to {MostSessions}", ExitStatus.Usage),
    };

    private KbsVersion Version(string text) => KbsVersions.Find(text) is { } version && version != KbsVersions.Current
        ? version
        : throw new CofferException($"{_versions.Name} '{Printable.Of(text, 32)}' is no older version of the KBS protocol", ExitStatus.Usage, "there are 0.1.0, 0.1.1 and 0.2.0");
}
