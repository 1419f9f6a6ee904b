using System.Text.Json.Nodes;

namespace Coffer.KeyBroker.Policies.Conditions;

/// <summary>Holds within a window of the broker's time, in UTC.</summary>
internal sealed class TimeCondition : Condition
{
    /// <summary>The first moment; null for no bound.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>The first moment that is too late.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>On these days of the week; empty for all.</summary>
    public IReadOnlyCollection<DayOfWeek> Days { get; init; } = [];

    /// <summary>Between these times of the day, the second excluded; where it is the earlier one, over midnight.</summary>
    public (TimeOnly From, TimeOnly Until)? Hours { get; init; }

    /// <summary>As it was written.</summary>
    public required JsonNode? Written { get; init; }

    public override ConditionResult Evaluate(PolicyContext context)
    {
        var now = context.Now.UtcDateTime;
        var holds = (From is null || context.Now >= From) && (Until is null || context.Now < Until)
            && (Days.Count == 0 || Days.Contains(now.DayOfWeek)) && (Hours is not { } hours || TimeOnly.FromDateTime(now).IsBetween(hours.From, hours.Until));
        return new ConditionResult("time", holds) { Expected = Written?.DeepClone(), Actual = JsonValue.Create($"{now:yyyy-MM-dd'T'HH:mm:ss'Z'}, a {now.DayOfWeek}") };
    }
}
