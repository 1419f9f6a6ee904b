using Microsoft.AspNetCore.Http;

namespace Coffer.KeyBroker.Page;

/// <summary>
/// The page's cookie, and what it opens: GET of the administration API, to requests that a browser says the page itself makes. Nothing can
/// be changed by it, and no other site's request carries it.
/// </summary>
internal static class PageCookie
{
    private const string Name = "__Host-coffer-page"; // browsers take it only with Secure, without a domain, for all paths

    /// <summary>Shows the cookie's token to the API as if the request had brought it itself.</summary>
    /// <param name="request">A request to the API; one that shows a credential of its own stays as it is.</param>
    /// <param name="session">Opens it.</param>
    public static void Admit(HttpRequest request, PageSession session)
    {
        if (request.Method != HttpMethods.Get || request.Headers.Authorization.Count > 0 || !IsOwn(request)) return;
        if (request.Cookies[Name] is { } cookie && session.Open(cookie) is { } token) request.Headers.Authorization = $"Bearer {token}";
    }

    /// <summary>Whether a browser says that a page of this very origin made the request (Fetch Metadata).</summary>
    public static bool IsOwn(HttpRequest request) => request.Headers["Sec-Fetch-Site"] is [{ } site] && site == "same-origin";

    public static void Set(HttpResponse response, string value) => Append(response, value, PageSession.Lifetime);

    public static void Remove(HttpResponse response) => Append(response, "", TimeSpan.Zero);

    private static void Append(HttpResponse response, string value, TimeSpan age) => response.Cookies.Append(
        Name, value, new CookieOptions { HttpOnly = true, Secure = true, SameSite = SameSiteMode.Strict, Path = "/", MaxAge = age, IsEssential = true });
}
