namespace Coffer.KeyBroker.Health;

/// <summary>One thing that the broker needs in order to serve.</summary>
/// <param name="Name">Such as <c>store</c>; the same in answers, log and metrics.</param>
/// <param name="Ask">Throws where it is not well; the message is for the operator alone.</param>
internal sealed record ReadyCheck(string Name, Func<CancellationToken, Task> Ask);
