using Coffer.Oci;

namespace Coffer.KeyProvider.Calls;

/// <summary>A failure as the runtime's user and the operator read it: with the provider's name and the key's, as far as they are known.</summary>
internal static class CallFailure
{
    public static KeyProviderException Named(KeyProviderException e, CallTrace trace)
    {
        string?[] missing =
        [
            trace.Provider is { } provider ? Unless(e.Message, $"provider '{Printable.Of(provider, 64)}'") : null,
            trace.KeyId is { } key ? Unless(e.Message, $"key {Printable.Of(key)}") : null,
        ];
        var context = string.Join(", ", missing.OfType<string>());
        return context.Length == 0 ? e : new KeyProviderException(e.Reason, $"{context}: {e.Message}", e.Hint, e.InnerException);
    }

    private static string? Unless(string message, string what)
    {
        var at = message.IndexOf(what, StringComparison.Ordinal);
        var end = at + what.Length;
        return at >= 0 && (end == message.Length || !char.IsAsciiLetterOrDigit(message[end])) ? null : what;
    }
}
