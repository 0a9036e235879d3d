namespace Bartizan.Gateway.Tools.Messages;

/// <summary>The revisions in which client and server first agree and then keep a session.</summary>
internal static class SessionEra
{
    /// <summary>The newest of them.</summary>
    public const string Newest = "2025-11-25";

    /// <summary>True for a revision of this era that is passed on.</summary>
    public static bool IsVersion(string version) => version is Newest or "2025-06-18" or "2025-03-26" or "2024-11-05";
}
