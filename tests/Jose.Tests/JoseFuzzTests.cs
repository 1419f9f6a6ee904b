using System.Text;
using Coffer.Support;
using CsCheck;

namespace Coffer.Jose.Tests;

/// <summary>
/// Whatever comes in, only documented exceptions come out. A short slice always; `COFFER_SOAK=1` runs it much longer.
/// </summary>
public sealed class JoseFuzzTests
{
    private static readonly int Seconds = Fuzzing.IsSoak ? Fuzzing.SoakSeconds : -1;
    private static readonly int Rounds = Fuzzing.IsSoak ? -1 : 4_000;

    private static readonly string[] Alphabet =
    [
        "{", "}", "[", "]", ":", ",", "\"", "\\u0061", "\\ud800", "\\", ".", "..", "null", "1e999", "-", "_", "=", " ", "\n", "\0", "é", "\uFEFF",
        "\"alg\"", "\"enc\"", "\"epk\"", "\"kty\"", "\"crit\"", "\"recipients\"", "\"header\"", "\"protected\"", "\"encrypted_key\"", "\"payload\"",
        "\"signatures\"", "\"k\"", "\"d\"", "\"apu\"", "AAAA", "e30", "dir",
    ];

    private static Gen<string> Mutated(IReadOnlyList<string> seeds) =>
        Gen.Select(Gen.Int[0, seeds.Count - 1], Gen.Select(Gen.Int[0, 1 << 20], Gen.Int[0, 3], Gen.Int[0, 1 << 20]).Array[1, 6])
            .Select((seed, edits) => edits.Aggregate(seeds[seed], (text, edit) => Edit(text, edit.Item1, edit.Item2, edit.Item3)));

    [Fact]
    public void Jwe_text_gone_wrong_is_refused_in_order()
    {
        List<string> seeds =
        [
            .. Vectors.Jwe.SelectMany(e => e.Forms.Values),
            Jwe.Encrypt("x"u8, [new(TestKeys.Public("P-256")), new(TestKeys.Get("oct32"))]),
            Jwe.Encrypt("x"u8, [new(TestKeys.Get("oct32"), "dir")], serialization: JweSerialization.Compact),
            .. Headers("""{"alg":"ECDH-ES+A256KW","enc":"A256GCM","epk":""" + TestKeys.Public("P-256").ToPublicJson() + ""","apu":"QQ","kid":"k"}"""),
        ];
        Run(seeds, text =>
        {
            var jwe = Jwe.Parse(text);
            foreach (var recipient in jwe.Recipients.Where(r => r.Algorithm.StartsWith("ECDH", StringComparison.Ordinal) || r.Algorithm.EndsWith("KW", StringComparison.Ordinal)).Take(2))
            {
                _ = recipient.KeyId + recipient.EphemeralCurve + string.Concat(recipient.Header.Names.Select(recipient.Header.GetJson));
                jwe.TryDecrypt(recipient.Index, TestKeys.Get("P-256"));
                jwe.TryDecrypt(recipient.Index, TestKeys.Get("oct32"));
            }

            if (jwe.RemoveRecipients(0) is { } rest)
            {
                Jwe.Parse(rest);
            }
        });
    }

    [Fact]
    public void Jwe_header_gone_wrong_is_refused_in_order() =>
        Run(
            ["""{"alg":"ECDH-ES+A256KW","enc":"A256GCM","epk":""" + TestKeys.Public("P-256").ToPublicJson() + ""","apu":"QQ","apv":"Qg","kid":"k"}""", """{"alg":"dir","enc":"A128CBC-HS256"}"""],
            header =>
            {
                foreach (var text in Headers(header))
                {
                    Jwe.Parse(text).TryDecrypt(0, TestKeys.Get("P-256"));
                }
            });

    [Fact]
    public void Jws_text_gone_wrong_is_refused_in_order()
    {
        var verifier = new JwkVerifier(TestKeys.Public("P-256"), "ES256");
        List<string> seeds = [.. Vectors.Jws.SelectMany(e => e.Forms.Values), Jws.Sign("x"u8, [new JwkSigner(TestKeys.Get("P-256"))])];
        Run(seeds, text => Jws.Parse(text).Verify(verifier));
    }

    [Fact]
    public void Key_text_gone_wrong_is_refused_in_order() =>
        Run([.. ((string[])["P-256", "P-521", "oct32"]).Select(kind => Encoding.UTF8.GetString(TestKeys.Get(kind).ToPrivateJson()))], text => Jwk.Parse(text).Dispose());

    [Fact]
    public void Key_bytes_gone_wrong_are_refused_in_order()
    {
        using var ec = TestKeys.Get("P-256").ToEcDsa();
        byte[][] seeds = [TestKeys.Get("rsa").ExportSubjectPublicKeyInfo(), ec.ExportPkcs8PrivateKey(), ec.ExportECPrivateKey()];
        Gen.Select(Gen.Int[0, seeds.Length - 1], Gen.Select(Gen.Int[0, 1 << 20], Gen.Byte).Array[1, 4], Gen.Int[0, 1 << 20]).Sample(
            (seed, edits, cut) =>
            {
                var der = (byte[])seeds[seed].Clone();
                foreach (var (at, value) in edits)
                {
                    der[at % der.Length] = value;
                }

                var kept = cut % 4 == 0 ? der[..(cut % der.Length)] : der;
                OnlyJoseException(() => Jwk.ImportSubjectPublicKeyInfo(kept).Dispose());
                OnlyJoseException(() => Jwk.ImportPkcs8(kept).Dispose());
                OnlyJoseException(() => Jwk.ImportSec1(kept).Dispose());
            },
            iter: Fuzzing.IsSoak ? -1 : Rounds / 4,
            time: Seconds);
    }

    private static void Run(IReadOnlyList<string> seeds, Action<string> read) =>
        Mutated(seeds).Sample(text => OnlyJoseException(() => read(text)), iter: Rounds, time: Seconds);

    /// <summary>Any other exception leaves here and fails the property, which prints the input.</summary>
    private static void OnlyJoseException(Action read)
    {
        try
        {
            read();
        }
        catch (JoseException)
        {
            // The one that is documented.
        }
    }

    private static string[] Headers(string header)
    {
        var text = System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header));
        return
        [
            $"{text}.AAAA.AAAAAAAAAAAAAAAA.AA.AAAAAAAAAAAAAAAAAAAAAA",
            $$"""{"protected":"{{text}}","encrypted_key":"AAAA","iv":"AAAAAAAAAAAAAAAA","ciphertext":"AA","tag":"AAAAAAAAAAAAAAAAAAAAAA"}""",
        ];
    }

    private static string Edit(string text, int at, int kind, int what)
    {
        at = text.Length == 0 ? 0 : at % text.Length;
        var length = Math.Min(what % 9, text.Length - at);
        return kind switch
        {
            0 => text.Remove(at, length),
            1 => text.Insert(at, Alphabet[what % Alphabet.Length]),
            2 => text.Insert(at, text.Substring(at, Math.Min(what % 200, text.Length - at))),
            _ => text.Remove(at, length).Insert(at, Alphabet[what % Alphabet.Length]),
        };
    }
}
