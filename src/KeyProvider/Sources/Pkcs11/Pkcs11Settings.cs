using Coffer.KeyProvider.Configuration;
using Coffer.Pkcs11;

namespace Coffer.KeyProvider.Sources.Pkcs11;

/// <summary>AES keys in PKCS #11 tokens.</summary>
/// <param name="Name">As it stands in the configuration.</param>
/// <param name="KeyIds">See <see cref="SourceSettings"/>.</param>
/// <param name="Keys">At least one; no name twice.</param>
/// <param name="DefaultKey">The id of the key that wraps where the caller names none; null for the only one.</param>
public sealed record Pkcs11Settings(string Name, IReadOnlyList<string> KeyIds, IReadOnlyList<TokenKeySettings> Keys, string? DefaultKey = null)
    : SourceSettings(Name, KeyIds)
{
    /// <summary>The <c>type</c> in the configuration.</summary>
    public const string TypeName = "pkcs11";

    private const int MostKeys = 1000;

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>
    /// Reads the section: <c>keys</c> is an object whose member names are <c>ID</c> (which means version 1) or <c>ID/VERSION</c>,
    /// and whose values are paths of key files or URIs.
    /// </summary>
    internal static Pkcs11Settings Read(ConfigSection section, string name, IReadOnlyList<string> keyIds)
    {
        var keys = section.Section("keys") is { } listed ? ReadKeys(listed) : [];
        if (!section.Names.Contains("keys")) section.Problem("keys", "is missing: {\"team-b\": \"/etc/coffer/hsm/team-b.yaml\"}");
        else if (keys.Count is 0 or > MostKeys) section.Problem("keys", $"names no usable key, or more than {MostKeys}");
        var defaultKey = section.Text("defaultKey");
        if (defaultKey is not null && !keys.Any(k => k.Name.Id == defaultKey)) section.Problem("defaultKey", "is not among the keys");
        return new Pkcs11Settings(name, keyIds, keys, defaultKey);
    }

    private static List<TokenKeySettings> ReadKeys(ConfigSection listed)
    {
        var keys = new List<TokenKeySettings>();
        foreach (var member in listed.Names)
        {
            var name = VersionedKeyName.IsId(member) ? new VersionedKeyName(member, 1) : VersionedKeyName.Parse(member, '/');
            var text = listed.Text(member);
            var place = text is null || TokenKeySettings.MeansUri(text) ? text : listed.FilePath(member);
            if (name is null) listed.Problem(member, "is not called ID or ID/VERSION, such as team-b/2");
            if (name is null || place is null) continue;
            var key = new TokenKeySettings(name, place);
            if (keys.Exists(k => k.Name == name)) listed.Problem(member, $"stands twice: {name.Id} means {name.Id}/1");
            else if (WhatIsWrong(key) is { } problem) listed.Problem(member, problem);
            else keys.Add(key);
        }
        return keys;
    }

    private static string? WhatIsWrong(TokenKeySettings key)
    {
        if (!key.IsUri) return null;
        try
        {
            using var uri = Pkcs11Uri.Parse(key.Place);
            return uri.HasPin && uri.PinSource is null ? "carries a PIN, which does not belong into a configuration: use pin-source" : null;
        }
        catch (Pkcs11Exception e)
        {
            return e.Message;
        }
    }
}
