using Bartizan.Log.Tests;

// The tests' own child process: a writer that is killed, or whose disk fails. Everything else is the test runner.
return args switch
{
    [KilledWriter.Argument, var directory] => await KilledWriter.RunAsync(directory, waits: false),
    [KilledWriter.Argument, var directory, KilledWriter.Ready] => await KilledWriter.RunAsync(directory, waits: true),
    [KilledPruner.Argument, var directory, var archives, var last] => await KilledPruner.RunAsync(
        directory,
        archives,
        last
    ),
    _ => await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args),
};
