namespace Bartizan.Gateway.Inbound;

/// <summary>An agent that runs for one session can't be reached. The message is for the record; callers aren't told it.</summary>
public sealed class AgentUnavailableException : IOException
{
    /// <summary>Makes one, with the status that callers are answered.</summary>
    public AgentUnavailableException(int status, string message, Exception? inner = null)
        : base(message, inner) => Status = status;

    /// <summary>What callers are answered: 502, 503 or 504.</summary>
    public int Status { get; }

    /// <summary>The one that is the cause of another exception; null for none.</summary>
    internal static AgentUnavailableException? In(Exception? e)
    {
        while (e is not (null or AgentUnavailableException))
        {
            e = e.InnerException;
        }

        return e as AgentUnavailableException;
    }
}
