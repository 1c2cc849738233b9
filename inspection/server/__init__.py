"""The thin shell: app, worker, command line, embedded services, migrations."""
