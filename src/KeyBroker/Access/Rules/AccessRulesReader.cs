using System.Text.Json;
using Coffer.KeyBroker.Documents;
using Coffer.KeyBroker.Resources;

namespace Coffer.KeyBroker.Access.Rules;

/// <summary>Reads the file of <c>--access</c> strictly, with every problem at once (docs/broker/access.md).</summary>
internal static class AccessRulesReader
{
    /// <summary>The largest file, in bytes.</summary>
    public const int MostBytes = 256 * 1024;

    private const int MostIssuers = 16, MostGrants = 256, MostMembers = 16, MostValues = 64, MostPaths = 64, MostText = 1024, MostLists = 64;
    private static readonly string[] Algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];
    private static readonly string[] CertificateNames = ["subject", "cn", "o", "ou", "dns", "uri", "email"];

    /// <exception cref="InvalidDocumentException">It is not of its form.</exception>
    public static AccessRules Read(ReadOnlyMemory<byte> text) => DocumentText.Read(text, "the access file", MostBytes, Read);

    private static AccessRules? Read(JsonElement root, DocumentProblems problems)
    {
        if (DocumentObject.Of(root, "", problems) is not { } members) return null;
        var certificates = members.Any("certificates") is { } element && DocumentObject.Of(element, "certificates", problems) is { } found ? Certificates(found, problems) : null;
        var issuers = !members.Has("issuers") ? [] : members.List("issuers", MostIssuers)
            .Select(i => DocumentObject.Of(i.Value, i.Path, problems)).OfType<DocumentObject>().Select(i => Issuer(i, problems)).OfType<IssuerRules>().ToList();
        members.End();
        if (issuers.DistinctBy(i => i.Name).Count() != issuers.Count) problems.Add("issuers", "has two of the same name");
        if (issuers.DistinctBy(i => i.Issuer).Count() != issuers.Count) problems.Add("issuers", "has two of the same issuer");
        if (!members.Has("certificates") && !members.Has("issuers")) problems.Add("", "has neither certificates nor issuers");
        return new AccessRules(certificates, issuers);
    }

    private static CertificateRules? Certificates(DocumentObject members, DocumentProblems problems)
    {
        var ca = members.Text("ca", MostText, required: true);
        var grants = Grants(members, problems, n => CertificateNames.Contains(n) ? null : $"is no name in a certificate: {string.Join(", ", CertificateNames)}");
        var lists = members.Has("crl") ? members.Texts("crl", MostLists, MostText, orOne: true) : [];
        members.End();
        return ca is null ? null : new CertificateRules(ca, grants) { RevocationFiles = lists };
    }

    private static IssuerRules? Issuer(DocumentObject members, DocumentProblems problems)
    {
        var name = members.Text("name", 32, required: true);
        if (name is not null && !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')) members.Add("name", "is no name: lower-case letters, digits and '-'");
        var issuer = members.Text("issuer", MostText, required: true);
        var audiences = members.Texts("audience", MostValues, MostText, required: true, orOne: true);
        var (file, url, insecure) = (members.Text("jwks_file", MostText), members.Text("jwks_url", MostText), members.Flag("insecure_http") ?? false);
        if (file is not null && url is not null) members.Add("jwks_url", "and jwks_file exclude each other");
        if (file is null) CheckUrl(members, url is null ? "issuer" : "jwks_url", url ?? issuer, insecure);
        var ca = members.Text("ca", MostText);
        var algorithms = members.Has("algorithms")
            ? members.Texts("algorithms", Algorithms.Length, 16, check: a => Algorithms.Contains(a) ? null : $"is no algorithm that is taken: {string.Join(", ", Algorithms)}") : null;
        var skew = Time(members, "clock_skew", TimeSpan.FromMinutes(5));
        var longest = Time(members, "longest", TimeSpan.FromDays(366));
        var grants = Grants(members, problems, n => n.StartsWith('/') && n.Length == 1 ? "is an empty pointer" : null);
        members.End();
        if (problems.Any) return null;
        var rules = new IssuerRules(name!, issuer!, audiences, grants)
        {
            JwksFile = file, JwksUrl = url is null ? null : new Uri(url), CaFile = ca, InsecureHttp = insecure,
        };
        return rules with { Algorithms = algorithms ?? rules.Algorithms, ClockSkew = skew ?? rules.ClockSkew, Longest = longest ?? rules.Longest };
    }

    private static void CheckUrl(DocumentObject members, string member, string? text, bool insecure)
    {
        if (text is null) return;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http") || url.UserInfo.Length > 0 || url.Fragment.Length > 0) members.Add(member, "is no https:// address");
        else if (url.Scheme == "http" && !url.IsLoopback && !insecure) members.Add(member, "is plain HTTP, by which anybody on the way could put keys of his own: use https://, or set insecure_http");
    }

    private static TimeSpan? Time(DocumentObject members, string name, TimeSpan most)
    {
        if (members.Text(name, 16) is not { } text) return null;
        try
        {
            if (Lifetime.Parse(text, name) is var time && time <= most) return time;
            members.Add(name, $"is longer than {(most.TotalDays >= 1 ? $"{most.TotalDays:0} days" : $"{most.TotalMinutes:0} minutes")}");
        }
        catch (BrokerException)
        {
            members.Add(name, "is no time such as 30s, 5m or 24h");
        }
        return null;
    }

    private static List<GrantRule> Grants(DocumentObject members, DocumentProblems problems, Func<string, string?> checkName)
    {
        var rules = new List<GrantRule>();
        foreach (var (value, path) in members.List("grants", MostGrants, required: true))
        {
            if (DocumentObject.Of(value, path, problems) is { } grant && Grant(grant, problems, checkName) is { } rule) rules.Add(rule);
        }
        return rules;
    }

    private static GrantRule? Grant(DocumentObject members, DocumentProblems problems, Func<string, string?> checkName)
    {
        var match = new List<(string, IReadOnlyList<string>)>();
        if (members.Any("match") is not { } element) members.Add("match", "is missing: it says whom the role is for");
        else if (DocumentObject.Of(element, members.Path("match"), problems) is { } wanted)
        {
            var names = wanted.Names.ToList();
            if (names.Count is 0 or > MostMembers) members.Add("match", $"has {names.Count} members; it has 1 to {MostMembers}");
            foreach (var name in names.Take(MostMembers))
            {
                if (checkName(name) is { } wrong) wanted.Add(name.Length > 64 ? name[..64] : name, wrong);
                match.Add((name, wanted.Texts(name, MostValues, MostText, orOne: true)));
            }
        }
        var role = members.Text("role", 32, required: true) is not { } text ? null : RoleNames.Find(text);
        if (role is null && members.Has("role")) members.Add("role", $"is none: there are {RoleNames.List}");
        var paths = members.Has("paths") ? members.Texts("paths", MostPaths, 400, orOne: true, check: Wrong) : [];
        if (role is { } limited && RoleTable.NeedsPaths(limited) && !members.Has("paths")) members.Add("paths", $"is missing: the role {RoleNames.Of(limited)} is for some paths, such as team-a/**");
        if (role is { } unlimited && !RoleTable.NeedsPaths(unlimited) && members.Has("paths")) members.Add("paths", $"does not limit the role {RoleNames.Of(unlimited)}");
        members.End();
        return problems.Any || role is null ? null : new GrantRule(match, Access.Grant.Of(role.Value, paths));
    }

    private static string? Wrong(string path)
    {
        try
        {
            _ = Glob.Parse(path);
            return null;
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }
}
