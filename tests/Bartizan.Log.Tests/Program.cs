using Bartizan.Log.Tests;

// The tests' own child process: a writer that is killed. Everything else is the test runner.
return args is [KilledWriter.Argument, var directory]
    ? await KilledWriter.RunAsync(directory)
    : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
