namespace Coffer.Support;

/// <summary>A span as a collector gets it.</summary>
/// <param name="Service">Whose it is: all that the sender says of itself, as text.</param>
/// <param name="Trace">Its trace's id, hexadecimal.</param>
/// <param name="Id">Its own.</param>
/// <param name="Parent">The id of the span around it; empty for none.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Text">All that travels of it, as text: for what must not be in there.</param>
public sealed record ReceivedSpan(string Service, string Trace, string Id, string Parent, string Name, string Text);
