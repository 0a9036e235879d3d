namespace Bartizan.Control.Web;

/// <summary>An agent's name out of <c>name@version</c>.</summary>
internal static class AgentName
{
    /// <summary>The name.</summary>
    public static string Of(string agent) => agent.Split('@', 2)[0];
}
