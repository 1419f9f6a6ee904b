using System.Text;
using Coffer.Oci;
using CsCheck;

namespace Coffer.Oci.Tests;

/// <summary>Whatever bytes arrive, the parsers answer with a document or with the one documented exception.</summary>
public sealed class ManifestFuzzTests
{
    private static readonly bool Soak = Environment.GetEnvironmentVariable("COFFER_SOAK") == "1";
    private static readonly long Rounds = Soak ? -1 : 20_000;
    private static readonly int Seconds = Soak ? int.Parse(Environment.GetEnvironmentVariable("COFFER_SOAK_SECONDS") ?? "120", System.Globalization.CultureInfo.InvariantCulture) : -1;

    private static readonly byte[] Seed = Encoding.UTF8.GetBytes(
        """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"c","digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":2},"layers":[{"mediaType":"l","digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":3,"annotations":{"a":"b"},"urls":["u"],"platform":{"os":"o","architecture":"a"}}],"manifests":[{"mediaType":"m","digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":3}],"rootfs":{"type":"layers","diff_ids":["sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"]},"config2":{"Env":["A=b"]},"history":[{"created_by":"x"}]}""");

    private static readonly Gen<byte[]> Mutated =
        Gen.Select(Gen.Int[0, Seed.Length - 1], Gen.Byte, Gen.Int[0, Seed.Length - 1], Gen.Int[0, 40]).Array[1, 6].Select(edits =>
        {
            var bytes = new List<byte>(Seed);
            foreach (var (at, value, from, length) in edits)
            {
                bytes[Math.Min(at, bytes.Count - 1)] = value;
                var start = Math.Min(from, bytes.Count - 1);
                if (value % 3 == 0) bytes.InsertRange(start, bytes.GetRange(start, Math.Min(length, bytes.Count - start)));
                else if (value % 3 == 1 && bytes.Count > 60) bytes.RemoveRange(start, Math.Min(length, bytes.Count - start - 1));
            }
            return bytes.ToArray();
        });

    [Fact]
    public void Every_parser_answers_or_refuses() => Mutated.Sample(
        bytes =>
        {
            Try(() => Manifest.Parse(Content.Of("", bytes)));
            Try(() => ImageIndex.Parse(Content.Of("", bytes)));
            Try(() => ImageConfig.Parse(bytes));
            Try(() => RootDocument.SniffMediaType(bytes, "x"));
        },
        iter: Rounds,
        time: Seconds);

    [Fact]
    public void What_was_read_can_be_rewritten_and_read_again() => Mutated.Sample(
        bytes =>
        {
            Manifest manifest;
            try
            {
                manifest = Manifest.Parse(Content.Of("", bytes));
            }
            catch (MalformedImageException)
            {
                return;
            }
            var again = manifest.With(manifest.Layers);
            Assert.Equal(manifest.Layers.Select(l => l.Digest), again.Layers.Select(l => l.Digest));
            Assert.Equal(manifest.Config.Digest, again.Config.Digest);
        },
        iter: Soak ? -1 : Rounds / 4,
        time: Seconds);

    private static void Try(Action parse)
    {
        try
        {
            parse();
        }
        catch (MalformedImageException)
        {
        }
    }
}
