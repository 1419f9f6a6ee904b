namespace Coffer.KeyBroker.Admin;

/// <summary>The list of all routes of the administration API, noun by noun.</summary>
public static class AdminRoutes
{
}
