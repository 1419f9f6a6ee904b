using System.Text;
using Coffer.KeyBroker.Admin;
using Coffer.KeyBroker.Audit;
using Coffer.KeyBroker.Files;
using Coffer.KeyBroker.Hosting;
using Coffer.KeyBroker.Storage;
using Coffer.Oci;

namespace Coffer.KeyBroker.Access;

/// <summary>
/// The first administrator's token: a file in the data folder (<c>admin-token</c>, 0600). Made once for a store, without an end of its own
/// (<see cref="BootstrapEnd"/>); its file may be moved away. Whoever can read the data folder can have one for a day, since he has the root
/// key and the store anyway.
/// </summary>
internal static class AdminTokenFile
{
    public const string FileName = "admin-token";
    /// <summary>In the store: the id of the token that stands for the file.</summary>
    public const string Marker = "admin-token";

    /// <summary>How long a token lives that <see cref="ResetAsync"/> makes: for making another administrator, and no longer.</summary>
    public static readonly TimeSpan ResetLifetime = TimeSpan.FromDays(1);

    private const int MostFileBytes = 1024;

    /// <summary>Makes the token where the store never had one. The file is there before the store knows it: cut short, it is taken up the next time.</summary>
    /// <returns>The file's path where it was made now; null where there was nothing to do.</returns>
    /// <exception cref="BrokerException">The file cannot be written, or one that is there holds no token.</exception>
    public static async Task<string?> EnsureAsync(string folder, BrokerParts parts, CancellationToken cancellationToken)
    {
        if (await parts.Store.ReadAsync(r => r.FindAsync(Collections.Store, Marker), cancellationToken).ConfigureAwait(false) is not null) return null;
        var path = Path.Combine(folder, FileName);
        var isOurs = PrivateFiles.Create(path, Line(BearerToken.Draw().Text));
        var bearer = BearerToken.Parse(Encoding.ASCII.GetString(PrivateFiles.Read(path, MostFileBytes) ?? []).Trim())
            ?? throw new BrokerException(BrokerFault.Unavailable, $"the file {Printable.Of(path)} holds no access token", "move it away: another is made");
        if (await PutAsync(parts, bearer, "token.create", "the first administrator's token", lifetime: null, cancellationToken).ConfigureAwait(false)) return path;
        if (isOurs) File.Delete(path); // another replica of a shared store was first: this one opens nothing
        return null;
    }

    /// <summary>Ends the token that stands for the file and puts one in its place that lives for <see cref="ResetLifetime"/>.</summary>
    /// <returns>The file's path.</returns>
    /// <exception cref="BrokerException">The file cannot be written.</exception>
    public static async Task<string> ResetAsync(string folder, BrokerParts parts, CancellationToken cancellationToken)
    {
        var (text, bearer) = BearerToken.Draw();
        await PutAsync(parts, bearer, "token.reset-admin", "an administrator's token for a day, made on the broker's machine", ResetLifetime, cancellationToken).ConfigureAwait(false);
        var path = Path.Combine(folder, FileName);
        var beside = $"{path}.{bearer.Id}";
        PrivateFiles.Create(beside, Line(text));
        File.Move(beside, path, overwrite: true);
        return path;
    }

    private static Task<bool> PutAsync(BrokerParts parts, BearerToken bearer, string action, string reason, TimeSpan? lifetime, CancellationToken cancellationToken) => parts.Store.WriteAsync(
        async store =>
        {
            if (await store.FindAsync(Collections.Store, Marker).ConfigureAwait(false) is { } marker)
            {
                if (lifetime is null) return false; // the first one is made once
                await store.DeleteAsync(Collections.AccessTokens, Encoding.ASCII.GetString(marker.Value)).ConfigureAwait(false);
            }
            await parts.AccessTokens.AddAsync(store, bearer, [Role.Admin], ["**"], lifetime, "the broker's own administrator").ConfigureAwait(false);
            await store.PutAsync(Collections.Store, Marker, Encoding.ASCII.GetBytes(bearer.Id)).ConfigureAwait(false);
            await parts.Audit.AppendAsync(store, new AuditEvent(RequestIds.Draw(), action, AuditOutcome.Allowed, reason) { Actor = $"local-user:{FileOwner.CurrentUser}", Subject = bearer.Id }).ConfigureAwait(false);
            return true;
        }, cancellationToken);

    private static byte[] Line(string text) => Encoding.ASCII.GetBytes(text + "\n");
}
