using Coffer.ImageCrypt.KeyWrap;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Layers;

/// <summary>
/// None of the identities opens a layer (<see cref="ExitStatus.NoUsableKey"/>, <see cref="ExitStatus.Integrity"/> where a
/// packet is damaged, <see cref="ExitStatus.Unreachable"/> or <see cref="ExitStatus.Denied"/> where a provider was). The details give every key against every recipient with its own reason.
/// </summary>
public sealed class NoUsableKeyException : CofferException
{
    private const int MostDetails = 64;

    internal NoUsableKeyException(EncryptedLayer layer, IReadOnlyList<(Packet Packet, UnwrapFailure Failure)> failures)
        : base(Say(layer, failures), Judge(failures), Advise(layer, failures))
    {
        var lines = failures.Select(f => Line(f.Packet, f.Failure)).ToList();
        Details = lines.Count <= MostDetails ? lines : [.. lines.Take(MostDetails), $"and {lines.Count - MostDetails} more"];
    }

    /// <summary>One line an attempt: recipient, identity, reason.</summary>
    public override IReadOnlyList<string> Details { get; }

    private static string Say(EncryptedLayer layer, IReadOnlyList<(Packet Packet, UnwrapFailure Failure)> failures)
    {
        var digest = layer.Descriptor.Digest;
        if (layer.Packets.Count == 0) return $"layer {digest} is encrypted but names no recipient";
        var schemes = layer.Packets
            .GroupBy(p => p.SchemeName)
            .Select(g => $"{g.Sum(p => p.Recipients.Count)} {g.Key}");
        var damaged = failures.Count(f => f.Failure.Damaged);
        var trouble = damaged == 0 ? "" : $", {damaged} of them damaged";
        return $"no key given opens layer {digest} (recipients: {string.Join(", ", schemes)}{trouble})";
    }

    /// <summary>Damage outweighs a provider that did not answer, that outweighs one that refused, and that a key that does not fit.</summary>
    private static ExitStatus Judge(IReadOnlyList<(Packet Packet, UnwrapFailure Failure)> failures)
    {
        if (failures.Any(f => f.Failure.Damaged)) return ExitStatus.Integrity;
        if (failures.Any(f => f.Failure.Status == ExitStatus.Unreachable)) return ExitStatus.Unreachable;
        return failures.Any(f => f.Failure.Status == ExitStatus.Denied) ? ExitStatus.Denied : ExitStatus.NoUsableKey;
    }

    private static string? Advise(EncryptedLayer layer, IReadOnlyList<(Packet Packet, UnwrapFailure Failure)> failures)
    {
        if (failures.Any(f => f.Failure.Damaged)) return "fetch the image again: a recipient packet is not what its writer made";
        return layer.Packets.Count == 0 ? "encrypt the image again" : "give a recipient's private key with -d FILE, or a provider with -d provider:NAME";
    }

    private static string Line(Packet packet, UnwrapFailure failure)
    {
        var recipient = packet.Recipients.Count == 1 || packet.Damage is not null
            ? $"{packet.SchemeName}:{packet.FirstNumber}"
            : $"{packet.SchemeName}:{packet.FirstNumber}-{packet.FirstNumber + packet.Recipients.Count - 1}";
        var detail = failure.Recipient.Length > 0 ? $" ({failure.Recipient})" : "";
        var identity = failure.Identity.Length > 0 ? $"{failure.Identity}: " : "";
        return $"{recipient}{detail}: {identity}{failure.Reason}";
    }
}
