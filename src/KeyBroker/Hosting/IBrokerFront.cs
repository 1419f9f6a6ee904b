using Microsoft.AspNetCore.Http;

namespace Coffer.KeyBroker.Hosting;

/// <summary>
/// A protocol that the broker speaks beside its own API. A front translates, and decides nothing. The server has given the request
/// an id (<see cref="HttpContext.TraceIdentifier"/>) and put it into the answer's <c>X-Request-Id</c>.
/// </summary>
internal interface IBrokerFront
{
    /// <summary>Where its paths begin, such as <c>/kbs/v0</c>.</summary>
    PathString Root { get; }

    /// <summary>Answers a request at its root or below. It bounds what it reads, and lets no exception out.</summary>
    Task AnswerAsync(HttpContext context);
}
