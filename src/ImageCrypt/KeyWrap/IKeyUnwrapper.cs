using Coffer.Oci;

namespace Coffer.ImageCrypt.KeyWrap;

/// <summary>Opens packets with identities given beforehand. Safe for several layers at once.</summary>
public interface IKeyUnwrapper
{
    /// <summary>
    /// Tries every identity, in the order given, against every recipient of the packet, in packet order, and stops at
    /// the first success. "Does not fit" is a result, not an exception.
    /// </summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    ValueTask<UnwrapResult> UnwrapAsync(string annotation, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken);
}

/// <summary>The outcome of trying identities on one packet.</summary>
public sealed class UnwrapResult
{
    private UnwrapResult(byte[]? privateOptions, int recipient, IReadOnlyList<UnwrapFailure> failures)
    {
        PrivateOptions = privateOptions;
        Recipient = recipient;
        Failures = failures;
    }

    /// <summary>The private options as JSON in UTF-8, which the caller zeroes; null if nothing opened the packet.</summary>
    public byte[]? PrivateOptions { get; }

    /// <summary>Which recipient of the packet was opened, from 0; -1 if none.</summary>
    public int Recipient { get; }

    /// <summary>Every attempt that failed before the success, or all of them.</summary>
    public IReadOnlyList<UnwrapFailure> Failures { get; }

    /// <summary>A packet that an identity opened.</summary>
    public static UnwrapResult Opened(byte[] privateOptions, int recipient, IReadOnlyList<UnwrapFailure>? failures = null) =>
        new(privateOptions, recipient, failures ?? []);

    /// <summary>A packet that no identity opened.</summary>
    public static UnwrapResult Failed(IReadOnlyList<UnwrapFailure> failures) => new(null, -1, failures);
}

/// <summary>Why one identity did not open one recipient.</summary>
/// <param name="Identity">As the user named it (<see cref="Keys.Identity.Source"/>).</param>
/// <param name="Recipient">Short, such as <c>RSA-OAEP kid=ci</c>; empty where the reason concerns the whole packet.</param>
/// <param name="Reason">Lower case, one line, no secrets.</param>
/// <param name="Damaged">True if the packet itself is malformed or fails authentication under a key that is certainly its recipient's.</param>
public sealed record UnwrapFailure(string Identity, string Recipient, string Reason, bool Damaged = false)
{
    /// <summary>What else stood in the way: <see cref="ExitStatus.Unreachable"/> or <see cref="ExitStatus.Denied"/> for a provider or token that never judged the key.</summary>
    public ExitStatus Status { get; init; } = ExitStatus.NoUsableKey;
}
