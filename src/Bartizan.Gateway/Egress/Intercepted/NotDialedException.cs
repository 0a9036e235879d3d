namespace Bartizan.Gateway.Egress.Intercepted;

/// <summary>The host could not be reached, or may not be: nothing was sent.</summary>
internal sealed class NotDialedException(Dialed dialed) : IOException(dialed.Problem)
{
    /// <summary>How it ended.</summary>
    public Dialed Dialed => dialed;
}
