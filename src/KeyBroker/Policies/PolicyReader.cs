using System.Text.Json;
using Coffer.KeyBroker.Documents;
using Coffer.KeyBroker.Policies.Conditions;
using Coffer.KeyBroker.Resources;

namespace Coffer.KeyBroker.Policies;

/// <summary>Reads policies strictly: what is not understood to the last member is refused, with every problem at once.</summary>
public static class PolicyReader
{
    /// <summary>Reads a policy.</summary>
    /// <param name="document">JSON, at most 64 KiB (docs/policies.md).</param>
    /// <exception cref="InvalidDocumentException">It is not of its form.</exception>
    public static PolicyDocument Read(ReadOnlyMemory<byte> document) => DocumentText.Read(document, "the policy", PolicyLimits.MostBytes, Read);

    private static PolicyDocument? Read(JsonElement root, DocumentProblems problems)
    {
        if (DocumentObject.Of(root, "", problems) is not { } members) return null;
        var name = members.Text("name", PolicyLimits.MostName, required: true);
        if (name is not null && !PolicyLimits.IsName(name)) members.Add("name", "is no name: letters, digits, '-', '_' and '.', the first a letter or digit");
        var version = members.Number("version", 1, long.MaxValue);
        var description = members.Text("description", PolicyLimits.MostText);
        var resources = Resources(members, problems);
        var effect = Effect(members);
        var conditions = new ConditionReader(problems);
        Condition? when = null;
        if (members.Any("when") is { } condition) when = conditions.Read(condition, "when");
        else if (effect == PolicyEffect.Deny) when = AlwaysCondition.Instance;
        else members.Add("when", "is missing: what allows says on which condition");
        members.End();
        return problems.Any || name is null || effect is null || when is null ? null : new PolicyDocument(name, effect.Value, resources, when)
        {
            Version = version,
            Description = description,
            References = conditions.References,
            NamesSample = conditions.NamesSample,
        };
    }

    private static List<Glob> Resources(DocumentObject members, DocumentProblems problems)
    {
        var globs = new List<Glob>();
        foreach (var (value, path) in members.List("resources", PolicyLimits.MostResources, required: true))
        {
            if (DocumentObject.Text(value, path, PolicyLimits.MostText, problems) is not { } text) continue;
            try
            {
                globs.Add(Glob.Parse(text));
            }
            catch (FormatException e)
            {
                problems.Add(path, e.Message);
            }
        }
        return globs;
    }

    private static PolicyEffect? Effect(DocumentObject members)
    {
        switch (members.Text("effect", 16, required: true))
        {
            case "allow": return PolicyEffect.Allow;
            case "deny": return PolicyEffect.Deny;
            case null: return null;
            default:
                members.Add("effect", "is neither 'allow' nor 'deny'");
                return null;
        }
    }
}
