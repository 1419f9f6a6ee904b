namespace Coffer.KeyBroker.Tests.Running;

/// <summary>A broker that answers, in this process or in one of its own.</summary>
internal interface IReachableBroker
{
    /// <summary>Such as <c>https://127.0.0.1:8080</c>.</summary>
    string Address { get; }

    /// <summary>Trusts the broker's authority alone.</summary>
    HttpClient Client { get; }

    /// <summary>One request; the path is below /api/v1/ unless it begins with a slash.</summary>
    Task<BrokerAnswer> SendAsync(string method, string path, string? token = null, string? body = null);
}
