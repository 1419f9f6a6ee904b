using Coffer.Oci;

namespace Coffer.KeyProvider.Parameters;

/// <summary>The key that a wrap request asks for, under which of our names.</summary>
/// <param name="Provider">The name under which the parameters stood.</param>
/// <param name="Selection">What they say.</param>
internal sealed record RequestedKey(string Provider, KeySelection Selection)
{
    /// <summary>Reads the entry under one of our names.</summary>
    /// <exception cref="KeyProviderException">No entry of ours, several, or what <see cref="ParameterReader"/> throws.</exception>
    public static RequestedKey Read(IReadOnlyDictionary<string, IReadOnlyList<byte[]>> parameters, KeyProviderOptions options)
    {
        var ours = Names(parameters, options);
        return ours switch
        {
            [var name] => new RequestedKey(name, ParameterReader.Read(name, parameters[name], options)),
            [] => throw new KeyProviderException(
                FailureReason.BadRequest, $"the request has no parameters for a provider name that is served here ({Shown(options.Providers.Keys)})",
                "name the provider so in ocicrypt's configuration, or add its name to providers in the key provider's"),
            _ => throw new KeyProviderException(
                FailureReason.BadRequest, $"the request has parameters for several provider names that are all served here ({Shown(ours)}), and the protocol does not say which of them is meant",
                "encrypt with one of them"),
        };
    }

    /// <summary>Those of our names that the request has, in order.</summary>
    public static IReadOnlyList<string> Names(IReadOnlyDictionary<string, IReadOnlyList<byte[]>> parameters, KeyProviderOptions options) =>
        parameters.Count == 1 && parameters.First().Key is var only ? options.Providers.ContainsKey(only) ? [only] : []
            : [.. options.Providers.Keys.Where(parameters.ContainsKey).Order(StringComparer.Ordinal)];

    private static string Shown(IEnumerable<string> names) => Printable.Of(string.Join(", ", names));
}
