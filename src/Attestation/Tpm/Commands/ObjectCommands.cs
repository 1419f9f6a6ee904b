using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Commands;

/// <summary>A key in a TPM: its handle with its name, and its public area.</summary>
/// <param name="Handle">Flushed with the connection, unless it is persistent.</param>
/// <param name="Public">What the TPM says of it.</param>
internal sealed record LoadedKey(TpmHandle Handle, TpmPublic Public);

/// <summary>Makes, loads and lets go of keys (TPM 2.0 Library Part 3, sections 12, 24.1, 28.4 and 28.5).</summary>
internal static class ObjectCommands
{
    private const int MostPrivateBytes = 2048;

    /// <summary>TPM2_CreatePrimary: the key that the hierarchy's seed and the template determine.</summary>
    public static async Task<LoadedKey> CreatePrimaryAsync(this TpmConnection tpm, TpmHandle hierarchy, TpmPublic template, CancellationToken cancellationToken)
    {
        var response = await tpm.RunAsync(new TpmCommand(TpmCommandCode.CreatePrimary)
        {
            Handles = [hierarchy],
            Authorizations = [EmptyPassword.Instance],
            Parameters = CreationParameters(template),
            AnswersHandle = true,
        }, cancellationToken).ConfigureAwait(false);
        return Read(response);

        static LoadedKey Read(TpmResponse response)
        {
            var reader = new TpmReader(response.Parameters, "the response to CreatePrimary");
            var made = TpmPublic.Parse(reader.ReadSized(TpmPublic.MostBytes, "public area"));
            return Named(response.Handle, made); // creation data, hash and ticket follow, and the name, which is computed instead
        }
    }

    /// <summary>TPM2_Create: a new key under a storage key.</summary>
    /// <returns>The contents of TPM2B_PUBLIC and TPM2B_PRIVATE, without their lengths.</returns>
    public static async Task<(TpmPublic Public, byte[] Private)> CreateAsync(
        this TpmConnection tpm, LoadedKey parent, ITpmAuthorization authorization, TpmPublic template, CancellationToken cancellationToken)
    {
        var response = await tpm.RunAsync(new TpmCommand(TpmCommandCode.Create)
        {
            Handles = [parent.Handle],
            Authorizations = [authorization],
            Parameters = CreationParameters(template),
        }, cancellationToken).ConfigureAwait(false);
        return Read(response.Parameters);

        static (TpmPublic, byte[]) Read(byte[] parameters)
        {
            var reader = new TpmReader(parameters, "the response to Create");
            var secret = reader.ReadSized(MostPrivateBytes, "private area").ToArray();
            return (TpmPublic.Parse(reader.ReadSized(TpmPublic.MostBytes, "public area")), secret);
        }
    }

    /// <summary>TPM2_Load: a key that <see cref="CreateAsync"/> made.</summary>
    public static async Task<LoadedKey> LoadAsync(
        this TpmConnection tpm, LoadedKey parent, ITpmAuthorization authorization, TpmPublic key, ReadOnlyMemory<byte> secret, CancellationToken cancellationToken)
    {
        var response = await tpm.RunAsync(new TpmCommand(TpmCommandCode.Load)
        {
            Handles = [parent.Handle],
            Authorizations = [authorization],
            Parameters = TpmCommand.Write(w => w.Sized(secret.Span).Sized(key.ToBytes())),
            AnswersHandle = true,
        }, cancellationToken).ConfigureAwait(false);
        return Named(response.Handle, key);
    }

    /// <summary>TPM2_ReadPublic: what is at a handle; null where there is nothing.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unsupported"/>: there is something other than an asymmetric key.</exception>
    public static async Task<LoadedKey?> ReadPublicAsync(this TpmConnection tpm, uint handle, CancellationToken cancellationToken)
    {
        const uint nothingThere = 0x08B; // TPM_RC_HANDLE
        try
        {
            var response = await tpm.RunAsync(new TpmCommand(TpmCommandCode.ReadPublic) { Handles = [TpmHandle.Unnamed(handle)] }, cancellationToken).ConfigureAwait(false);
            return Read(response.Parameters, handle);
        }
        catch (TpmCommandException e) when (e.Code.Kind == nothingThere)
        {
            return null;
        }

        static LoadedKey Read(byte[] parameters, uint handle)
        {
            var reader = new TpmReader(parameters, "the response to ReadPublic");
            return Named(handle, TpmPublic.Parse(reader.ReadSized(TpmPublic.MostBytes, "public area")));
        }
    }

    /// <summary>TPM2_EvictControl: keeps a loaded key at a persistent handle, or takes away the one that is there.</summary>
    /// <param name="tpm">The TPM.</param>
    /// <param name="key">The loaded key, or the persistent one to take away.</param>
    /// <param name="persistent">The handle.</param>
    /// <param name="cancellationToken">Asked before the command.</param>
    public static async Task EvictControlAsync(this TpmConnection tpm, LoadedKey key, uint persistent, CancellationToken cancellationToken) =>
        await tpm.RunAsync(new TpmCommand(TpmCommandCode.EvictControl)
        {
            Handles = [TpmHandle.Owner, key.Handle],
            Authorizations = [EmptyPassword.Instance],
            Parameters = TpmCommand.Write(w => w.UInt32(persistent)),
        }, cancellationToken).ConfigureAwait(false);

    /// <summary>TPM2_FlushContext: of a transient object or a session.</summary>
    public static async Task FlushContextAsync(this TpmConnection tpm, uint handle, CancellationToken cancellationToken)
    {
        // The handle is a parameter here, which no authorization covers.
        await tpm.RunAsync(new TpmCommand(TpmCommandCode.FlushContext) { Parameters = TpmCommand.Write(w => w.UInt32(handle)) }, cancellationToken).ConfigureAwait(false);
        tpm.Forget(handle);
    }

    private static LoadedKey Named(uint handle, TpmPublic key) => new(new TpmHandle(handle, key.ComputeName()), key);

    // No authorization value and no data of the caller's; no outside info, no registers in the creation data.
    private static byte[] CreationParameters(TpmPublic template) => TpmCommand.Write(w => w.Sized([0, 0, 0, 0]).Sized(template.ToBytes()).Sized([]).UInt32(0));
}
