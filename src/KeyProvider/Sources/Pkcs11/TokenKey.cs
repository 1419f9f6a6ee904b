using System.Security.Cryptography;
using Coffer.Oci;
using Coffer.Pkcs11;
using Coffer.Pkcs11.Configuration;
using Coffer.Pkcs11.Keys;

namespace Coffer.KeyProvider.Sources.Pkcs11;

/// <summary>
/// One key in a token. Its module is loaded and its session opened by the first call, and kept; a session that broke, as when
/// the token was pulled out and put back, is opened anew once. Calls queue up, since a session does one thing at a time.
/// </summary>
internal sealed class TokenKey(VersionedKeyName name, Pkcs11KeyFile file, OcicryptConfig config) : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private Pkcs11AesKey? _open;
    private bool _disposed;

    /// <summary>Does something with the key on another thread, for a module may block for as long as it likes.</summary>
    /// <param name="use">Gets the key; what it returns is zeroed if the caller no longer waits.</param>
    /// <param name="cancellationToken">Ends the wait, though not the module's call.</param>
    /// <exception cref="KeyProviderException">The token refuses or does not answer.</exception>
    public async Task<byte[]?> UseAsync(Func<Pkcs11AesKey, byte[]?> use, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        var work = Task.Run(
            () =>
            {
                try { return Use(use); }
                finally { _turn.Release(); }
            },
            CancellationToken.None);
        try
        {
            return await work.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _ = work.ContinueWith(
                late => { if (late.IsCompletedSuccessfully) CryptographicOperations.ZeroMemory(late.Result); else _ = late.Exception; },
                CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw;
        }
    }

    /// <summary>Closes the session; where a call is under way, when that has ended, which a module that hangs may never let it do.</summary>
    public ValueTask DisposeAsync()
    {
        var closing = CloseInTurnAsync();
        return closing.IsCompleted ? new ValueTask(closing) : ValueTask.CompletedTask;
    }

    private byte[]? Use(Func<Pkcs11AesKey, byte[]?> use)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        try
        {
            var wasOpen = _open is not null;
            try
            {
                return use(_open ??= Pkcs11AesKey.Open(file, config));
            }
            catch (Pkcs11Exception)
            {
                Close();
                if (!wasOpen) throw;
                return use(_open = Pkcs11AesKey.Open(file, config));
            }
        }
        catch (Pkcs11Exception e)
        {
            Close();
            throw Failure(e);
        }
    }

    private async Task CloseInTurnAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        _disposed = true;
        Close();
        file.Dispose();
        _turn.Release();
    }

    private void Close()
    {
        _open?.Dispose();
        _open = null;
    }

    private KeyProviderException Failure(Pkcs11Exception e) => new(
        e.ReturnName is { } code && (code.StartsWith("CKR_PIN_", StringComparison.Ordinal) || code == "CKR_KEY_FUNCTION_NOT_PERMITTED") ? FailureReason.Denied : FailureReason.Unavailable,
        $"the token of key '{name}' cannot be used: {Printable.Of(e.Message, 1024)}", e.Hint, e);
}
