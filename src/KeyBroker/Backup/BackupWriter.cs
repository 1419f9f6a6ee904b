using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Coffer.KeyBroker.RootKeys;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Backup;

/// <summary>
/// Writes records into a backup. Each is: one byte of length and the collection's name, two bytes of length and the key, eight bytes of
/// expiry (milliseconds of Unix time; the least number for never), four bytes of length and the value. A zero byte and their number, in
/// eight bytes, end them. Holds one chunk in memory.
/// </summary>
internal sealed class BackupWriter : IDisposable
{
    private readonly Stream _file;
    private readonly BackupCipher _cipher;
    private readonly byte[] _text = new byte[BackupCipher.ChunkBytes];
    private readonly byte[] _chunk = new byte[BackupCipher.ChunkBytes + BackupCipher.TagBytes];
    private int _length;

    /// <summary>Writes the header.</summary>
    /// <param name="file">Stays the caller's.</param>
    /// <param name="root">Gives the key; not kept.</param>
    /// <param name="header">The header.</param>
    public BackupWriter(Stream file, IRootKey root, BackupHeader header)
    {
        var bytes = header.ToBytes();
        _file = file;
        _cipher = new BackupCipher(root, header, bytes);
        _file.Write(bytes);
    }

    /// <summary>How many records were written.</summary>
    public long Records { get; private set; }

    /// <summary>Writes one record.</summary>
    public void Write(string collection, StoredRecord record)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        var name = Encoding.UTF8.GetBytes(collection);
        Write([(byte)name.Length]);
        Write(name);
        var key = Encoding.UTF8.GetBytes(record.Key);
        BinaryPrimitives.WriteUInt16BigEndian(number, (ushort)key.Length);
        Write(number[..sizeof(ushort)]);
        Write(key);
        BinaryPrimitives.WriteInt64BigEndian(number, record.Expires?.ToUnixTimeMilliseconds() ?? long.MinValue);
        Write(number);
        BinaryPrimitives.WriteInt32BigEndian(number, record.Value.Length);
        Write(number[..sizeof(int)]);
        Write(record.Value);
        Records++;
    }

    /// <summary>Writes the end; without it the backup is refused.</summary>
    public void End()
    {
        Span<byte> end = stackalloc byte[1 + sizeof(long)];
        end[0] = 0;
        BinaryPrimitives.WriteInt64BigEndian(end[1..], Records);
        Write(end);
        Flush(isLast: true);
    }

    public void Dispose()
    {
        _cipher.Dispose();
        CryptographicOperations.ZeroMemory(_text);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (_length == _text.Length) Flush(isLast: false);
            var some = Math.Min(bytes.Length, _text.Length - _length);
            bytes[..some].CopyTo(_text.AsSpan(_length));
            _length += some;
            bytes = bytes[some..];
        }
    }

    private void Flush(bool isLast)
    {
        var chunk = _chunk.AsSpan(0, _length + BackupCipher.TagBytes);
        _cipher.Encrypt(_text.AsSpan(0, _length), chunk, isLast);
        _file.Write(chunk);
        _length = 0;
    }
}
