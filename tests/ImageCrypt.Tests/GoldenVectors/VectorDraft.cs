using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Coffer.ImageCrypt.Cipher;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Tests.GoldenVectors;

/// <summary>
/// A vector being made. Layer key and nonce come from the vector's name, so that the blob is the same each time; only what
/// a scheme draws at random, inside its packet, differs.
/// </summary>
internal sealed class VectorDraft
{
    public required byte[] Payload { get; init; }

    public required Digest? DiffId { get; init; }

    public required LayerKey Key { get; init; }

    /// <summary>What a recipe changes before it is wrapped: the private options.</summary>
    public required string PrivateJson { get; set; }

    /// <summary>The public options, before base64.</summary>
    public required string PublicJson { get; set; }

    /// <summary>Everything under the layer descriptor's annotations.</summary>
    public Dictionary<string, string> Annotations { get; } = [];

    /// <summary>What is stored.</summary>
    public required byte[] Blob { get; set; }

    /// <summary>What the descriptor says is stored.</summary>
    public required Digest Digest { get; set; }

    /// <summary>What the descriptor says of its size, bytes.</summary>
    public required long Size { get; set; }

    public static VectorDraft Of(string name, VectorPayload kind)
    {
        var (payload, diffId) = Make(kind);
        var key = new LayerKey(Derive(name, "key"), Derive(name, "nonce")[..16], Digest.Of(payload));
        using var encrypting = new EncryptStream(new MemoryStream(payload), key);
        using var blob = new MemoryStream();
        encrypting.CopyTo(blob);
        return new VectorDraft
        {
            Payload = payload,
            DiffId = diffId,
            Key = key,
            PrivateJson = Encoding.UTF8.GetString(PrivateOptions.Write(key)),
            PublicJson = Encoding.UTF8.GetString(Convert.FromBase64String(PublicOptions.Write(encrypting.Mac))),
            Blob = blob.ToArray(),
            Digest = Digest.Of(blob.ToArray()),
            Size = blob.Length,
        };
    }

    /// <summary>Stores other bytes, honestly described: as somebody does who can write the registry.</summary>
    public void Store(byte[] blob)
    {
        Blob = blob;
        Digest = Digest.Of(blob);
        Size = blob.Length;
    }

    private static byte[] Derive(string name, string what) => SHA256.HashData(Encoding.UTF8.GetBytes($"coffer vector {name} {what}"));

    private static (byte[] Payload, Digest? DiffId) Make(VectorPayload kind)
    {
        if (kind == VectorPayload.Empty) return ([], null);
        var tar = Tar();
        var payload = kind switch
        {
            VectorPayload.Gzip => Compress(tar, to => new GZipStream(to, CompressionLevel.SmallestSize, leaveOpen: true)),
            VectorPayload.Zstd => Compress(tar, to => new ZstdSharp.CompressionStream(to, leaveOpen: true)),
            _ => tar,
        };
        return (payload, Digest.Of(tar));
    }

    private static byte[] Compress(byte[] tar, Func<Stream, Stream> into)
    {
        using var bytes = new MemoryStream();
        using (var compress = into(bytes)) compress.Write(tar);
        return bytes.ToArray();
    }

    private static byte[] Tar()
    {
        using var bytes = new MemoryStream();
        using (var writer = new TarWriter(bytes, TarEntryFormat.Ustar, leaveOpen: true))
        {
            writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "golden.txt")
            {
                DataStream = new MemoryStream("what a vector protects\n"u8.ToArray()),
                ModificationTime = DateTimeOffset.UnixEpoch,
            });
        }
        return bytes.ToArray();
    }
}

/// <summary>What a vector encrypts.</summary>
internal enum VectorPayload
{
    /// <summary>A layer, gzip.</summary>
    Gzip,

    /// <summary>A layer, zstd.</summary>
    Zstd,

    /// <summary>A layer, uncompressed.</summary>
    Tar,

    /// <summary>Nothing: a blob of no bytes.</summary>
    Empty,
}
