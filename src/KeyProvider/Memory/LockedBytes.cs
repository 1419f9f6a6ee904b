using System.Runtime.InteropServices;

namespace Coffer.KeyProvider.Memory;

/// <summary>
/// A secret outside the garbage collector's heap: never moved or copied behind its owner's back, kept out of swap where the
/// system permits (<c>mlock</c>), left out of core dumps, and zeroed when it is disposed. Whoever makes it disposes it; where
/// that is forgotten, the finalizer does. Safe for many readers at once: disposal takes effect when the last reader has ended.
/// </summary>
public sealed class LockedBytes : SafeHandle
{
    /// <summary>The largest secret, in bytes: 4 MiB, as large as a message may be.</summary>
    public const int MostBytes = 4 * 1024 * 1024;

    private readonly SecretPage _page;

    /// <param name="length">1 to <see cref="MostBytes"/> bytes, all zero at first.</param>
    /// <exception cref="InsufficientMemoryException">The system gives no page.</exception>
    public LockedBytes(int length)
        : base(0, ownsHandle: true)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, MostBytes);
        (_page, var address) = SecretPages.Take(length);
        Length = length;
        SetHandle(address);
    }

    /// <summary>Copies a secret; the caller zeroes its own.</summary>
    /// <exception cref="InsufficientMemoryException">The system gives no page.</exception>
    public LockedBytes(ReadOnlySpan<byte> secret)
        : this(secret.Length)
    {
        using var lease = Open();
        secret.CopyTo(lease.Span);
    }

    /// <summary>In bytes.</summary>
    public int Length { get; }

    /// <summary>Whether the system keeps it out of swap; false where it did not permit that (RLIMIT_MEMLOCK).</summary>
    public bool IsLocked => _page.IsLocked;

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>The bytes for reading and writing, until the lease is disposed; a copy is the copier's to zero.</summary>
    /// <exception cref="ObjectDisposedException">The secret is gone.</exception>
    public Lease Open() => new(this);

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        SecretPages.GiveBack(_page, handle, Length);
        return true;
    }

    /// <summary>Holds the bytes in place.</summary>
    public readonly ref struct Lease : IDisposable
    {
        private readonly LockedBytes _secret;

        internal Lease(LockedBytes secret)
        {
            var taken = false;
            secret.DangerousAddRef(ref taken);
            _secret = secret;
        }

        /// <summary>All of it, valid until <see cref="Dispose"/>.</summary>
        public unsafe Span<byte> Span => new((void*)_secret.handle, _secret.Length);

        /// <summary>Ends the use.</summary>
        public void Dispose() => _secret.DangerousRelease();
    }
}
