using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coffer.KeyBroker.Documents;
using Coffer.KeyBroker.Storage;
using Coffer.Oci;

namespace Coffer.KeyBroker.Policies;

/// <summary>
/// Keeps the claims of decisions for a month, so that changed policies can be tried on them. What a machine says is the same from one
/// decision to the next but for its clock: claims are kept once, by their hash, and the clock stands in the decision's audit entry, with
/// the hash, which makes them part of the audit's chain.
/// </summary>
internal static class DecisionInputs
{
    /// <summary>The member of a decision's explanation.</summary>
    public const string Member = "inputs";

    /// <summary>Longer claims are not kept, in bytes of JSON.</summary>
    public const int MostBytes = 256 * 1024;

    /// <summary>How long they are kept at least.</summary>
    public static TimeSpan Kept { get; } = TimeSpan.FromDays(30);

    private const string DayForm = "yyyy-MM-dd";
    private const int DaysTogether = 7; // used again within these days they are not written again
    private static readonly string[] Moving = ["tpm", "clock"];

    /// <summary>Keeps claims.</summary>
    /// <param name="store">The transaction of the decision.</param>
    /// <param name="claims">As policies saw them; left as they are.</param>
    /// <param name="now">When.</param>
    /// <returns>For the explanation: <c>claims_sha256, kept_until</c> and what moves; or <c>omitted</c> with why.</returns>
    public static async ValueTask<JsonObject> KeepAsync(IStoreWriter store, JsonObject claims, DateTimeOffset now)
    {
        var still = claims.DeepClone().AsObject();
        var moving = still[Moving[0]] is JsonObject owner && owner.Remove(Moving[1], out var taken) ? taken : null;
        var bytes = JsonText.Utf8(still);
        if (bytes.Length > MostBytes) return new JsonObject { ["omitted"] = $"the claims have more than {MostBytes} bytes" };
        var until = Until(now);
        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        await store.AddAsync(Collections.DecisionInputs, Key(until, hash), bytes, new DateTimeOffset(until.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero)).ConfigureAwait(false);
        var inputs = new JsonObject { ["claims_sha256"] = hash, ["kept_until"] = until.ToString(DayForm, CultureInfo.InvariantCulture) };
        if (moving is not null) inputs[string.Join('.', Moving)] = moving;
        return inputs;
    }

    /// <summary>The claims that a decision was made on.</summary>
    /// <param name="store">The transaction.</param>
    /// <param name="explanation">Of the decision's entry.</param>
    /// <returns>The claims; or null and why they are not there.</returns>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Internal"/>, exit status 4: they are not those that the entry names.</exception>
    public static async ValueTask<(JsonObject? Claims, string? Why)> FindAsync(IStoreReader store, JsonObject explanation)
    {
        if (explanation[Member] is not JsonObject inputs) return (null, "its claims were not kept: it was made by an older version");
        if (Text(inputs, "omitted") is { } omitted) return (null, $"its claims were not kept: {omitted}");
        if (Text(inputs, "claims_sha256") is not { } hash || !DateOnly.TryParseExact(Text(inputs, "kept_until"), DayForm, CultureInfo.InvariantCulture, DateTimeStyles.None, out var until)) return (null, "its entry does not name its claims");
        if (await store.FindAsync(Collections.DecisionInputs, Key(until, hash)).ConfigureAwait(false) is not { } record) return (null, $"its claims were kept until {until.ToString(DayForm, CultureInfo.InvariantCulture)}");
        if (Convert.ToHexStringLower(SHA256.HashData(record.Value)) != hash) throw Changed(hash, null);
        try
        {
            var claims = JsonNode.Parse(record.Value, documentOptions: new JsonDocumentOptions { MaxDepth = 128 })!.AsObject();
            if (inputs[string.Join('.', Moving)] is { } moving && claims[Moving[0]] is JsonObject owner) owner[Moving[1]] = moving.DeepClone();
            return (claims, null);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException)
        {
            throw Changed(hash, e);
        }
    }

    private static DateOnly Until(DateTimeOffset now)
    {
        var day = DateOnly.FromDateTime(now.UtcDateTime).DayNumber;
        return DateOnly.FromDayNumber((((day / DaysTogether) + 1) * DaysTogether) + (int)Kept.TotalDays);
    }

    private static string Key(DateOnly until, string hash) => $"{until.ToString(DayForm, CultureInfo.InvariantCulture)}/{hash}";

    private static string? Text(JsonObject inputs, string name) => inputs[name] is JsonValue value && value.TryGetValue<string>(out var text) && text.Length is > 0 and <= 256 ? text : null;

    private static BrokerException Changed(string hash, Exception? inner) =>
        new(BrokerFault.Internal, $"the kept claims {Printable.Of(hash)} are not those that the audit names", "the store was changed behind the broker's back, or damaged", inner, ExitStatus.Integrity);
}
