using Bartizan.Core.Code;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Ports;

/// <summary>Runs generated code, each call in a sandbox of its own that is gone when it returns.</summary>
public interface ICodeRuns
{
    /// <summary>Runs it to its end, or to the end of its time or output.</summary>
    /// <param name="session">The session that it is run for.</param>
    /// <param name="server">The code tool of its manifest.</param>
    /// <param name="call">What is run.</param>
    /// <param name="passage">The number of the passage that granted it.</param>
    /// <param name="cancellationToken">Kills it.</param>
    /// <exception cref="IOException">When it can't be started; nothing of it ran.</exception>
    Task<CodeResult> RunAsync(
        Session session,
        ToolServer server,
        CodeCall call,
        long passage,
        CancellationToken cancellationToken
    );
}
