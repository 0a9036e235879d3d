namespace Bartizan.Sandbox;

/// <summary>A dial into a sandbox came to nothing. The message is one sentence for a person.</summary>
public sealed class DialException : IOException
{
    /// <summary>Makes one.</summary>
    public DialException(DialFailure failure, int port, Exception? inner = null)
        : base($"Port {port} of the sandbox can't be dialed: {Reason(failure)}.", inner) => Failure = failure;

    /// <summary>Why.</summary>
    public DialFailure Failure { get; }

    private static string Reason(DialFailure failure) =>
        failure switch
        {
            DialFailure.NotServed => "it is none of those that the agent serves on",
            DialFailure.NobodyListens => "nobody listens there",
            DialFailure.TooMany => "too many connections are open",
            DialFailure.TimedOut => "the agent accepts no connection",
            DialFailure.Unreachable => "its network can't make the connection",
            _ => "the sandbox has ended",
        };
}
