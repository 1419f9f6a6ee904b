using Coffer.Oci;

namespace Coffer.KeyBroker.Limits;

/// <summary>How often may be asked; null for without a limit. The defaults are far above what one client does that is in order.</summary>
public sealed record RateRules
{
    /// <summary>Sessions begun, by source address.</summary>
    public RateRule? Auth { get; init; } = new(100, 10_000);

    /// <summary>Enrolment's steps, by source address.</summary>
    public RateRule? Enroll { get; init; } = new(10, 1_000);

    /// <summary>Credentials that do not hold, by source address.</summary>
    public RateRule? Refused { get; init; } = new(5, 100);

    /// <summary>Calls of the administration API, by who calls.</summary>
    public RateRule? Admin { get; init; } = new(1_000, 10_000);

    /// <summary>Attestations and releases together, by attestation key.</summary>
    public RateRule? Host { get; init; } = new(200, 10_000);

    /// <summary>These with some set otherwise.</summary>
    /// <param name="settings">Each <c>NAME=RATE/s[:BURST]</c> or <c>NAME=off</c>, the name being auth, enroll, refused, admin or host.</param>
    /// <exception cref="CofferException">Wrong usage.</exception>
    public RateRules With(IEnumerable<string> settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var rules = this;
        foreach (var setting in settings)
        {
            var at = setting.IndexOf('=', StringComparison.Ordinal);
            var rule = at < 0 || setting[(at + 1)..] == "off" ? null : RateRule.Parse(setting[(at + 1)..]);
            rules = (at < 0 ? "" : setting[..at]) switch
            {
                "auth" => rules with { Auth = rule },
                "enroll" => rules with { Enroll = rule },
                "refused" => rules with { Refused = rule },
                "admin" => rules with { Admin = rule },
                "host" => rules with { Host = rule },
                _ => throw new CofferException($"'{Printable.Of(setting, 64)}' limits nothing", ExitStatus.Usage, "NAME=RATE/s[:BURST] or NAME=off, of auth, enroll, refused, admin and host"),
            };
        }
        return rules;
    }
}
