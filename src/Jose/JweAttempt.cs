namespace Coffer.Jose;

/// <summary>What came of trying one key against one recipient.</summary>
public sealed class JweAttempt
{
    private JweAttempt(int recipient, byte[]? plaintext, JweFailure failure, string? reason)
    {
        Recipient = recipient;
        Plaintext = plaintext;
        Failure = failure;
        Reason = reason;
    }

    /// <summary>The recipient's index.</summary>
    public int Recipient { get; }

    /// <summary>The plaintext if it opened, which the caller zeroes.</summary>
    public byte[]? Plaintext { get; }

    /// <summary>The kind of failure, <see cref="JweFailure.None"/> if it opened.</summary>
    public JweFailure Failure { get; }

    /// <summary>One line for an operator, or <see langword="null"/> if it opened.</summary>
    public string? Reason { get; }

    /// <summary>The index of the key among those given to <see cref="Jwe.Decrypt(IReadOnlyList{Jwk})"/>; 0 otherwise.</summary>
    public int Key { get; internal init; }

    internal static JweAttempt Opened(int recipient, byte[] plaintext) => new(recipient, plaintext, JweFailure.None, null);

    internal static JweAttempt Failed(int recipient, JweFailure failure, string reason, int key = 0) =>
        new(recipient, null, failure, reason) { Key = key };
}
