namespace Coffer.KeyProvider.Packets;

/// <summary>How errors about packets begin.</summary>
internal static class PacketFault
{
    /// <summary>A malformed packet; <paramref name="what"/> carries no text of it that is not <see cref="Oci.Printable"/>.</summary>
    public static KeyProviderException Because(string what, string? hint = null) =>
        new(FailureReason.BadRequest, $"the annotation packet cannot be read: {what}", hint);
}
