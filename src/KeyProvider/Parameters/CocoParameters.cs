using Coffer.KeyProvider.Packets;
using Coffer.Oci;

namespace Coffer.KeyProvider.Parameters;

/// <summary>The form of Confidential Containers: <c>keyid=..::keypath=..::algorithm=..::sample=..</c>, each at most once, in any order.</summary>
internal static class CocoParameters
{
    private const string KeyId = "keyid", KeyPath = "keypath", Algorithm = "algorithm", Sample = "sample";
    private const string OnlyAlgorithm = "A256GCM";

    public static KeySelection Read(string provider, string text, KeyProviderOptions options)
    {
        var given = Split(provider, text);
        if (given.GetValueOrDefault(Algorithm, OnlyAlgorithm) is var algorithm && algorithm != OnlyAlgorithm)
        {
            throw ParameterFault.Because(provider, $"{Algorithm}={Printable.Of(algorithm, 64)} is not offered; {OnlyAlgorithm} is", "leave it out");
        }
        var sample = ReadSample(provider, given, options);
        var path = given.GetValueOrDefault(KeyPath);
        if (path is not null && !options.AllowKeyFile)
        {
            throw ParameterFault.NotAllowed(provider, $"{KeyPath}= is not allowed over a socket: a caller does not name files for a daemon to read",
                $"put the key into the daemon's key folder and give {KeyId}=, or use the command form (coffer keyprovider exec)");
        }
        return new KeySelection(given.GetValueOrDefault(KeyId), path, sample);
    }

    private static Dictionary<string, string> Split(string provider, string text)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in text.Split("::"))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) throw ParameterFault.Because(provider, $"'{Printable.Of(part)}' is not of the form NAME=VALUE (parts are separated by ::)");
            var (name, value) = (part[..equals], part[(equals + 1)..]);
            if (name is not (KeyId or KeyPath or Algorithm or Sample))
            {
                throw ParameterFault.Because(provider, $"the parameter '{Printable.Of(name, 64)}=' is not known; known are {KeyId}=, {KeyPath}=, {Algorithm}= and {Sample}=", null);
            }
            if (value.Length == 0) throw ParameterFault.Because(provider, $"{name}= has no value");
            if (value.Length > PacketLimits.KeyIdCharacters || Printable.Of(value, PacketLimits.KeyIdCharacters) != value || char.IsWhiteSpace(value[0]) || char.IsWhiteSpace(value[^1]))
            {
                throw ParameterFault.Because(provider, $"{name}= has a value with control characters or spaces around it, or one longer than {PacketLimits.KeyIdCharacters} characters", null);
            }
            if (!given.TryAdd(name, value)) throw ParameterFault.Because(provider, $"{name}= stands twice");
        }
        return given;
    }

    private static bool ReadSample(string provider, Dictionary<string, string> given, KeyProviderOptions options)
    {
        if (given.GetValueOrDefault(Sample, "false") is var text && text is not ("true" or "false"))
        {
            throw ParameterFault.Because(provider, $"{Sample}={Printable.Of(text, 32)} is neither true nor false", null);
        }
        if (text == "false") return false;
        if (!options.AllowSampleKey)
        {
            throw ParameterFault.NotAllowed(provider, $"{Sample}=true is not allowed: everybody knows the sample key, so it protects nothing", "for a trial, start the key provider with --insecure-allow-sample-key");
        }
        return given.ContainsKey(KeyId) || given.ContainsKey(KeyPath)
            ? throw ParameterFault.Because(provider, $"{Sample}=true and another key are asked for at once", $"leave out {Sample}=, or {KeyId}= and {KeyPath}=")
            : true;
    }
}
