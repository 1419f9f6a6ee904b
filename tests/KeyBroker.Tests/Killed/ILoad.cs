namespace Coffer.KeyBroker.Tests.Killed;

/// <summary>A client that works with a broker until that dies, and then knows what had been acknowledged to it.</summary>
internal interface ILoad : IDisposable
{
    /// <summary>Asks for one thing.</summary>
    /// <exception cref="HttpRequestException">The broker is gone.</exception>
    Task StepAsync();

    /// <summary>Checks that what was acknowledged stands, and learns what became of the request that was under way.</summary>
    /// <param name="all">Also of all earlier lives of the broker, not only a few things of them.</param>
    Task CheckAsync(bool all);
}
