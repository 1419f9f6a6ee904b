using System.Security.Cryptography;

namespace Coffer.KeyBroker.Page;

/// <summary>The files of the operator's page, as they are built into the executable: written by hand, and complete: nothing is fetched from elsewhere.</summary>
internal static class PageFiles
{
    private const string Prefix = "Coffer.KeyBroker.Page.";

    private static readonly Dictionary<string, PageFile> All = new (string Name, string Type)[]
    {
        ("index.html", "text/html; charset=utf-8"), ("page.css", "text/css; charset=utf-8"), ("page.js", "text/javascript; charset=utf-8"), ("page.svg", "image/svg+xml"),
    }.ToDictionary(f => f.Name, f => Load(f.Name, f.Type));

    /// <summary>The file of that name; null where there is none.</summary>
    public static PageFile? Find(string name) => All.GetValueOrDefault(name);

    private static PageFile Load(string name, string type)
    {
        using var resource = typeof(PageFiles).Assembly.GetManifestResourceStream(Prefix + name) ?? throw new InvalidOperationException($"the page's {name} is not built in");
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return new PageFile(type, bytes, $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..32]}\"");
    }
}
