using System.Buffers.Text;
using System.Security.Cryptography;
using Coffer.KeyBroker.Files;
using Coffer.Oci;

namespace Coffer.KeyBroker.RootKeys;

/// <summary>A root key in a file: 32 random bytes, or base64 text of them.</summary>
internal sealed class FileRootKey : RootKey
{
    /// <summary>The file's name where it is inside the data folder.</summary>
    public const string DefaultName = "root-key";

    private const int MostFileBytes = 4096;

    private FileRootKey(string name, SecretBytes key)
        : base(name, key)
    {
    }

    /// <summary>Reads the key from a file that only this user can read.</summary>
    /// <param name="file">Its path.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: it is absent, open to others, another user's, or no key.</exception>
    public static FileRootKey Open(string file)
    {
        var content = PrivateFiles.Read(file, MostFileBytes)
            ?? throw Unusable(file, "is not there", "make one: (umask 077; head -c 32 /dev/urandom > FILE); a store that has another needs that one");
        try
        {
            return new FileRootKey(file, Parse(file, content));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    /// <summary>Reads the key inside a data folder, or makes it (0600).</summary>
    /// <param name="folder">The data folder; made, 0700, where it is absent.</param>
    /// <returns>The key, and a warning to print.</returns>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unavailable"/>: it cannot be made or read.</exception>
    public static (FileRootKey Key, string Warning) OpenOrCreate(string folder)
    {
        PrivateFiles.EnsureFolder(folder);
        var file = Path.Combine(folder, DefaultName);
        if (!File.Exists(file))
        {
            var content = GC.AllocateUninitializedArray<byte>(Bytes, pinned: true);
            try
            {
                RandomNumberGenerator.Fill(content);
                PrivateFiles.Create(file, content); // where another process was first, its key is read
            }
            finally
            {
                CryptographicOperations.ZeroMemory(content);
            }
        }
        return (Open(file), $"the root key stands beside what it protects, in {Printable.Of(file)}: whoever copies the folder has both; keep it elsewhere and give --root-key FILE");
    }

    private static SecretBytes Parse(string file, ReadOnlySpan<byte> content)
    {
        if (content.Length == Bytes) return new SecretBytes(content);
        var text = content.Trim(" \t\r\n"u8);
        Span<byte> url = stackalloc byte[Base64Url.GetEncodedLength(Bytes) + 1];
        Span<byte> key = stackalloc byte[Bytes + 3];
        try
        {
            if (text.Length <= url.Length)
            {
                url = url[..text.Length];
                text.CopyTo(url);
                url.Replace((byte)'+', (byte)'-');
                url.Replace((byte)'/', (byte)'_');
                if (Base64Url.DecodeFromUtf8(url, key, out var read, out var written) == System.Buffers.OperationStatus.Done && read == url.Length && written == Bytes)
                {
                    return new SecretBytes(key[..Bytes]);
                }
            }
            throw Unusable(file, $"has {content.Length} bytes and is neither a key of {Bytes} bytes nor base64 text of one", null);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(url);
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static BrokerException Unusable(string file, string what, string? hint) =>
        new(BrokerFault.Unavailable, $"the root key {Printable.Of(file)} {what}", hint);
}
