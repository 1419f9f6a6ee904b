using Coffer.Oci;

namespace Coffer.KeyProvider.Parameters;

/// <summary>How errors about parameters begin, and the hint that lists what can be written.</summary>
internal static class ParameterFault
{
    public const string Forms = "after provider:NAME nothing, or :keyid=ID, :any, :asset-tag:NAME:VALUE;NAME:VALUE, :key-id:UUID (docs/keyprovider.md)";

    public static KeyProviderException Because(string provider, string what, string? hint = Forms) =>
        new(FailureReason.BadRequest, $"provider '{Printable.Of(provider, 64)}': {what}", hint);

    public static KeyProviderException NotAllowed(string provider, string what, string hint) =>
        new(FailureReason.Denied, $"provider '{Printable.Of(provider, 64)}': {what}", hint);
}
