namespace Bartizan.Daemon.SelfTest;

/// <summary>How a canary behaves.</summary>
internal enum CanaryManner
{
    /// <summary>Reads one request, answers it and closes.</summary>
    Http = 0,

    /// <summary>Reads for as long as the other side lives, and says nothing: the end of a tunnel.</summary>
    Listening,

    /// <summary>Accepts and never reads.</summary>
    Deaf,
}
