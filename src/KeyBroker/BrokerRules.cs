using Coffer.Attestation.Protocol;
using Coffer.KeyBroker.Limits;

namespace Coffer.KeyBroker;

/// <summary>What an operator sets for machines that attest; the defaults are the strict ones.</summary>
public sealed record BrokerRules
{
    /// <summary>How often may be asked.</summary>
    public RateRules Limits { get; init; } = new();

    /// <summary>How long a session lives, from its beginning.</summary>
    public TimeSpan SessionLifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How many sessions there may be at once, give or take those of a few seconds. They stand in the store, not in memory.</summary>
    public int MostSessions { get; init; } = 200_000;

    /// <summary>How many of them one address (or the /64 of an IPv6 one) may hold, at each broker of several.</summary>
    public int MostSessionsOfSource { get; init; } = 50_000;

    /// <summary>How many of them one machine may hold that has attested, at each broker of several.</summary>
    public int MostSessionsOfHost { get; init; } = 10_000;

    /// <summary>How long an attestation token lives: a minute to an hour.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a machine may take to activate its credential.</summary>
    public TimeSpan EnrolmentLifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How many enrolments may wait for that at once.</summary>
    public int MostEnrolments { get; init; } = 256;

    /// <summary>How many hosts may wait for an operator.</summary>
    public int MostPendingHosts { get; init; } = 1_000;

    /// <summary>Versions of the protocol that are spoken beside the current one.</summary>
    public IReadOnlyList<KbsVersion> OlderVersions { get; init; } = [];

    /// <summary>Whether guests of the oldest versions may have secrets sealed with PKCS #1 v1.5.</summary>
    public bool InsecureAllowRsa15 { get; init; }

    /// <summary>Whether evidence that proves nothing is taken.</summary>
    public bool InsecureAllowSampleEvidence { get; init; }

    /// <summary>Whether machines that never enrolled are left to policies.</summary>
    public bool InsecureAllowUnenrolledAk { get; init; }
}
