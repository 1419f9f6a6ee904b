using System.Text.Json.Nodes;
using Coffer.Attestation;

namespace Coffer.KeyBroker.Hosts;

/// <summary>A machine that proved by enrolment that its attestation key lives in the TPM of its endorsement key.</summary>
/// <param name="Id">Random, 32 hex digits.</param>
/// <param name="State">How far the broker goes with it.</param>
/// <param name="Ak">The key that it attests with, the latest that was enrolled.</param>
/// <param name="Ek">What it is known by.</param>
/// <param name="Counters">The highest that its attestation key signed.</param>
/// <param name="Created">When it first enrolled.</param>
internal sealed record Host(string Id, HostState State, HostAk Ak, HostEk Ek, BootCounters Counters, DateTimeOffset Created)
{
    /// <summary>What operators sort hosts by (<see cref="HostLabel"/>), in ordinal order; policies may ask for them.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>The prefix of the namespace that its label <see cref="HostLabel.Namespace"/> names, in whose quota it counts until it is revoked; null for none.</summary>
    public string? Namespace => State == HostState.Revoked ? null : HostLabel.NamespaceOf(Labels);

    /// <summary>What it called itself; a label that decides nothing.</summary>
    public string? Name { get; init; }

    /// <summary>What its firmware calls itself; a label that decides nothing.</summary>
    public string? HostUuid { get; init; }

    /// <summary>Bank to number to value (hex), as last verified, at enrolment or later. Not changed once it is here.</summary>
    public JsonObject Pcrs { get; init; } = [];

    /// <summary>The same, as recorded when it was approved; null where it never was.</summary>
    public JsonObject? Baseline { get; init; }

    /// <summary>When its state last changed.</summary>
    public DateTimeOffset Changed { get; init; } = Created;

    /// <summary>When its evidence was last verified.</summary>
    public DateTimeOffset Seen { get; init; } = Created;
}
