using System.Text;
using Coffer.Oci;

namespace Coffer.KeyProvider.Parameters;

/// <summary>
/// Reads what stands behind <c>provider:NAME:</c> on a command line. Whoever asks for a restricted key gets that or an error:
/// nothing unknown or malformed is passed over.
/// </summary>
internal static class ParameterReader
{
    /// <summary>Longest text, in bytes.</summary>
    public const int MostBytes = 8 * 1024;

    private const string Alone = "Enabled"; // what ocicrypt sends for a provider without parameters
    private const string Any = "any";
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads the values under our name. The same value several times counts once; values that differ are an error.</summary>
    /// <param name="provider">The name, for errors.</param>
    /// <param name="values">UTF-8; none at all counts as the provider alone.</param>
    /// <param name="options">What the caller may ask for.</param>
    /// <exception cref="KeyProviderException"><see cref="FailureReason.BadRequest"/>: unknown or malformed;
    /// <see cref="FailureReason.Denied"/>: <c>keypath=</c> or <c>sample=true</c> where they are not allowed.</exception>
    public static KeySelection Read(string provider, IReadOnlyList<byte[]> values, KeyProviderOptions options)
    {
        var texts = values.Select(v => Text(provider, v)).Select(t => t.Length == 0 ? Alone : t).Distinct(StringComparer.Ordinal).ToList();
        if (texts.Count > 1)
        {
            throw ParameterFault.Because(provider, $"the request names two different keys for one provider, '{Printable.Of(texts[0])}' and '{Printable.Of(texts[1])}'", "give the provider once; a second key needs a second provider name");
        }
        return Read(provider, texts.Count == 0 ? Alone : texts[0], options);
    }

    private static KeySelection Read(string provider, string text, KeyProviderOptions options) =>
        text is Alone or Any ? new KeySelection()
        : SeclParameters.Read(provider, text)
        ?? (text.Contains('=', StringComparison.Ordinal) ? CocoParameters.Read(provider, text, options) : null)
        ?? throw ParameterFault.Because(provider, $"the parameter '{Printable.Of(text)}' is not known");

    private static string Text(string provider, byte[] value)
    {
        if (value.Length > MostBytes) throw ParameterFault.Because(provider, $"the parameter has {value.Length} bytes; at most {MostBytes} are read");
        try
        {
            return Utf8.GetString(value);
        }
        catch (DecoderFallbackException)
        {
            throw ParameterFault.Because(provider, "the parameter is not UTF-8 text");
        }
    }
}
