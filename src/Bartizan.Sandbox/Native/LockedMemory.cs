using System.Runtime.InteropServices;

namespace Bartizan.Sandbox.Native;

/// <summary>
/// Keeps this process's memory out of the host's swap, where a value would outlive the process: mlockall(2). Pages are locked as they are
/// touched, so what is only reserved takes none. What it starts doesn't inherit it.
/// </summary>
public static partial class LockedMemory
{
    private const int Current = 1;
    private const int Future = 2;
    private const int OnFault = 4;

    /// <summary>
    /// Locks it, where the host allows that: as root, with CAP_IPC_LOCK, or without a limit (`LimitMEMLOCK=infinity`). A limit below what
    /// the runtime reserves locks nothing, so that no later allocation can fail by it.
    /// </summary>
    /// <returns>Whether all of it is locked.</returns>
    public static bool Take() => MLockAll(Current | Future | OnFault) == 0;

    [LibraryImport("libc", EntryPoint = "mlockall")]
    private static partial int MLockAll(int flags);
}
