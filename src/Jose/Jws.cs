using System.Text;
using System.Text.Json;
using Coffer.Jose.Signing;
using Coffer.Jose.Text;

namespace Coffer.Jose;

/// <summary>
/// A JSON Web Signature object (RFC 7515) read from its text: at most 4 MiB and 32 signatures. The payload comes out only
/// through <see cref="Verify(IReadOnlyList{IJwsVerifier})"/>, or by its warning name. Immutable and thread-safe.
/// </summary>
public sealed class Jws
{
    private readonly JwsParts _parts;

    private Jws(ReadOnlyMemory<byte> text) => _parts = JwsParser.Parse(text);

    /// <summary>The form it was written in.</summary>
    public JwsSerialization Serialization => _parts.Serialization;

    /// <summary>The signatures in their order of writing; never empty.</summary>
    public IReadOnlyList<JwsSignatureInfo> Signatures => _parts.Signatures;

    /// <summary>The payload that nobody vouches for yet: only to find out which key to verify with.</summary>
    public ReadOnlyMemory<byte> UnverifiedPayload => _parts.Payload;

    /// <summary>Reads a JWS in compact, flattened or general serialization; white space around it is ignored.</summary>
    /// <param name="utf8">The text, which is copied.</param>
    /// <exception cref="JoseException">Malformed, or it asks for an extension (`crit`, hence also `b64`).</exception>
    public static Jws Parse(ReadOnlySpan<byte> utf8) => new(utf8.Trim(" \t\r\n"u8).ToArray());

    /// <inheritdoc cref="Parse(ReadOnlySpan{byte})"/>
    public static Jws Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Parse(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Signs a payload with one key or several.</summary>
    /// <param name="payload">The payload, at most 2 MiB.</param>
    /// <param name="signers">1 to 32 signers.</param>
    /// <param name="serialization">The form; without it compact for one signer and general for several.</param>
    /// <param name="writeHeader">Writes further protected members, for instance `typ`; not `alg`, `kid` or `crit`.</param>
    /// <returns>The JWS as text.</returns>
    /// <exception cref="JoseException">The form does not hold that many signatures.</exception>
    public static string Sign(
        ReadOnlySpan<byte> payload,
        IReadOnlyList<IJwsSigner> signers,
        JwsSerialization? serialization = null,
        Action<Utf8JsonWriter>? writeHeader = null)
    {
        ArgumentNullException.ThrowIfNull(signers);
        var form = serialization ?? (signers.Count == 1 ? JwsSerialization.Compact : JwsSerialization.General);
        if (signers.Count is 0 or > JwsParser.MaxSignatures || (signers.Count > 1 && form != JwsSerialization.General))
        {
            throw JoseException.Unsupported($"a JWS in {form} form cannot hold {signers.Count} signatures");
        }

        if (payload.Length > JwsParser.MaxBytes / 2)
        {
            throw JoseException.Unsupported($"a payload of {payload.Length} bytes is too long for a JWS, {JwsParser.MaxBytes / 2} are allowed");
        }

        return JwsWriter.Write(payload, signers, form, writeHeader);
    }

    /// <summary>Gives the payload if at least one of the keys verifies at least one of the signatures.</summary>
    /// <param name="verifiers">The trusted keys, each with the algorithms that it is trusted for.</param>
    /// <exception cref="JoseException">None does: <see cref="JoseError.IntegrityFailure"/>.</exception>
    public JwsVerified Verify(params IReadOnlyList<IJwsVerifier> verifiers)
    {
        ArgumentNullException.ThrowIfNull(verifiers);
        foreach (var signature in Signatures)
        {
            for (var v = 0; v < verifiers.Count; v++)
            {
                if (Holds(signature, verifiers[v]))
                {
                    return new JwsVerified(_parts.Payload, signature, v);
                }
            }
        }

        var claimed = string.Join(", ", Signatures.Select(s => BoundedJson.Shown(s.Algorithm)).Distinct());
        throw new JoseException(
            JoseError.IntegrityFailure,
            verifiers.Any(v => Signatures.Any(s => v.Accepts(s.Algorithm)))
                ? $"no signature holds under the keys given (algorithms in it: {claimed})"
                : $"no key given accepts the signature's algorithm: {claimed}");
    }

    /// <summary>Whether one signature holds under one key.</summary>
    /// <param name="signature">The signature's index.</param>
    /// <param name="verifier">The key.</param>
    public bool IsSignedBy(int signature, IJwsVerifier verifier)
    {
        ArgumentNullException.ThrowIfNull(verifier);
        return Holds(Signatures[signature], verifier);
    }

    private static bool Holds(JwsSignatureInfo signature, IJwsVerifier verifier) =>
        verifier.Accepts(signature.Algorithm)
        && verifier.Verify(signature.Algorithm, signature.SigningInput, signature.Signature);
}
