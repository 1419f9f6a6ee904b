using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Coffer.KeyBroker.RootKeys;
using Coffer.KeyBroker.Storage;
using Coffer.Oci;

namespace Coffer.KeyBroker.Backup;

/// <summary>Reads the records of a backup, each from chunks that were authenticated. Holds one chunk and one record in memory.</summary>
internal sealed class BackupReader : IDisposable
{
    private readonly Stream _file;
    private readonly string _name;
    private readonly BackupCipher _cipher;
    private readonly byte[] _text = new byte[BackupCipher.ChunkBytes];
    private readonly byte[] _chunk = new byte[BackupCipher.ChunkBytes + BackupCipher.TagBytes];
    private int _position;
    private int _length;
    private bool _last;
    private long _records;

    /// <param name="file">A file at its beginning; stays the caller's.</param>
    /// <param name="name">For messages.</param>
    /// <param name="root">The root key.</param>
    /// <exception cref="BrokerException">Exit status 4: no backup. <see cref="BrokerFault.Unavailable"/>: made under another root key.</exception>
    public BackupReader(Stream file, string name, RootKey root)
    {
        var (header, bytes) = BackupHeader.Read(file, name);
        if (header.KeyId != root.Id)
        {
            throw new BrokerException(
                BrokerFault.Unavailable, $"the backup {Printable.Of(name)} was made under the root key {Printable.Of(header.KeyId)}, and {root.Name} is {root.Id}",
                header.Recovery is null ? "give the root key that the broker had then: --root-key PLACE" : "give the root key that the broker had then, or make it anew: coffer broker root-key recover --from BACKUP");
        }
        (_file, _name, Header, Id) = (file, name, header, BackupHeader.IdOf(bytes));
        _cipher = new BackupCipher(root, header, bytes);
    }

    public BackupHeader Header { get; }

    /// <summary>Names this backup among others.</summary>
    public string Id { get; }

    /// <summary>The next record with its collection; null at the end, which has then been proved to be the end.</summary>
    /// <exception cref="BrokerException">Exit status 4: the backup was changed or cut off.</exception>
    public (string Collection, StoredRecord Record)? Next()
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        Read(number[..1]);
        if (number[0] == 0)
        {
            Read(number);
            if (BinaryPrimitives.ReadInt64BigEndian(number) != _records || !_last || _position != _length) throw Broken(null);
            return null;
        }
        var collection = Encoding.UTF8.GetString(Bytes(number[0]));
        Read(number[..sizeof(ushort)]);
        var key = Encoding.UTF8.GetString(Bytes(BinaryPrimitives.ReadUInt16BigEndian(number)));
        Read(number);
        var expires = BinaryPrimitives.ReadInt64BigEndian(number);
        Read(number[..sizeof(int)]);
        var length = BinaryPrimitives.ReadInt32BigEndian(number);
        if (length is < 0 or > RecordLimits.MostValueBytes) throw Broken(null);
        _records++;
        return (collection, new StoredRecord(key, Bytes(length), expires == long.MinValue ? null : DateTimeOffset.FromUnixTimeMilliseconds(expires)));
    }

    public void Dispose()
    {
        _cipher.Dispose();
        CryptographicOperations.ZeroMemory(_text);
    }

    private byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        Read(bytes);
        return bytes;
    }

    private void Read(Span<byte> into)
    {
        while (into.Length > 0)
        {
            if (_position == _length) Fill();
            var some = Math.Min(into.Length, _length - _position);
            _text.AsSpan(_position, some).CopyTo(into);
            _position += some;
            into = into[some..];
        }
    }

    private void Fill()
    {
        if (_last) throw Broken(null);
        var read = _file.ReadAtLeast(_chunk, _chunk.Length, throwOnEndOfStream: false);
        _last = read < _chunk.Length || _file.Position == _file.Length;
        if (read < BackupCipher.TagBytes) throw Broken(null);
        (_position, _length) = (0, read - BackupCipher.TagBytes);
        try
        {
            _cipher.Decrypt(_chunk.AsSpan(0, read), _text.AsSpan(0, _length), _last);
        }
        catch (CryptographicException e)
        {
            throw Broken(e);
        }
        if (_length == 0) throw Broken(null); // no writer makes a last chunk of nothing
    }

    private BrokerException Broken(Exception? inner) => new(
        BrokerFault.BadRequest, $"the backup {Printable.Of(_name)} was changed or cut off; nothing of it is restored", "use another copy, or an older backup", inner, ExitStatus.Integrity);
}
