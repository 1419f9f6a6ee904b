using System.Globalization;
using Coffer.KeyBroker.Documents;
using Coffer.KeyBroker.Sessions;
using Microsoft.AspNetCore.Http;

namespace Coffer.KeyBroker.Kbs;

/// <summary>The cookie that holds a session's id.</summary>
internal static class SessionCookie
{
    private const string Name = "kbs-session-id";
    private const int MostCharacters = 4096;

    public static void Set(HttpResponse response, Session session) => response.Headers.SetCookie =
        $"{Name}={session.Id}; Path={KbsFront.Prefix}; Expires={session.Expires.UtcDateTime.ToString("R", CultureInfo.InvariantCulture)}; HttpOnly";

    /// <summary>The id, or null where none, several different ones, or something else was sent.</summary>
    public static string? Read(HttpRequest request)
    {
        string? found = null;
        foreach (var header in request.Headers.Cookie)
        {
            if (header is null || header.Length > MostCharacters) return null;
            foreach (var part in header.Split(';', StringSplitOptions.TrimEntries))
            {
                if (!part.StartsWith(Name + "=", StringComparison.Ordinal)) continue;
                var id = part[(Name.Length + 1)..];
                if (!RandomNames.IsOne(id) || (found is not null && found != id)) return null;
                found = id;
            }
        }
        return found;
    }
}
